// A list of what fits beneath the caret. Nothing is chosen until an arrow or Tab says so, so that Enter stays a line break.

import { made } from "./query-drawing.js";
import { suggest } from "./query-suggesting.js";

export class Completion {
  constructor(editor, schema) {
    this.editor = editor;
    this.schema = schema; // a function: it changes with the consumer
    this.list = made("ul", { class: "suggestions", role: "listbox", id: "suggestions", "aria-label": "Suggestions", hidden: true });
    this.said = made("p", { class: "sr", role: "status" });
    editor.area.parentElement.append(this.list, this.said);
    this.options = [];
    this.at = -1;
    const area = editor.area;
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": "suggestions" })) {
      area.setAttribute(name, value);
    }
    area.addEventListener("keydown", (event) => this.key(event), { capture: true });
    area.addEventListener("input", (event) => this.typed(event));
    area.addEventListener("blur", () => this.close());
    area.addEventListener("click", () => this.close());
    area.addEventListener("scroll", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the caret stays where it is
      const option = event.target.closest("[role=option]");
      if (option) this.take(Number(option.dataset.number));
    });
  }

  get open() { return !this.list.hidden; }

  typed(event) {
    const typing = event.inputType === "insertText" || event.inputType === "deleteContentBackward";
    const before = this.editor.text.slice(0, this.editor.area.selectionStart);
    if (this.taking || !typing || (event.inputType !== "insertText" && !this.open) || !/[\w".]$/.test(before) || /(^|[^\w".])\d+$/.test(before)) this.close();
    else this.show(false);
  }

  show(asked) {
    const schema = this.schema();
    if (!schema) return;
    const { start, options } = suggest(this.editor.text, this.editor.area.selectionStart, schema);
    const word = this.editor.text.slice(start, this.editor.area.selectionStart);
    if (!options.length || (!asked && options[0].text.toLowerCase() === word.toLowerCase())) {
      this.close();
      if (asked) this.said.textContent = "no suggestions";
      return;
    }
    Object.assign(this, { start, options, at: -1 });
    this.list.replaceChildren(...options.map((option, number) =>
      made("li", { role: "option", id: `suggestion-${number}`, "data-number": number, "aria-selected": "false", class: option.kind },
        made("span", { class: "mono" }, option.label), made("span", { class: "quiet small" }, option.detail || option.kind))));
    const { left, top } = this.editor.caret();
    const room = this.editor.area.parentElement.clientWidth;
    this.list.hidden = false;
    this.list.style.left = `${Math.max(0, Math.min(left, room - this.list.offsetWidth))}px`;
    this.list.style.top = `${top + 2}px`;
    this.said.textContent = `${options.length} suggestions; arrow down chooses`;
    if (asked) this.choose(0);
  }

  choose(number) {
    this.list.children[this.at]?.setAttribute("aria-selected", "false");
    this.at = (number + this.options.length) % this.options.length;
    const option = this.list.children[this.at];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.editor.area.setAttribute("aria-activedescendant", option.id);
  }

  take(number) {
    const option = this.options[number];
    this.taking = true;
    this.editor.replace(this.start, this.editor.area.selectionStart, option.text);
    this.taking = false;
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.editor.area.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); this.show(true); return; }
    if (!this.open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const taken = (event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && this.at >= 0 && !event.ctrlKey && !event.metaKey);
    if (step) this.choose(this.at < 0 && step < 0 ? -1 : this.at + step);
    else if (taken) this.take(Math.max(0, this.at));
    else {
      if (event.key === "Escape" || event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") this.close();
      if (event.key !== "Escape") return;
    }
    event.preventDefault();
  }
}
