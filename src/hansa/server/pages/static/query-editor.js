// A textarea for SQL: line numbers, indentation, a marked line. Tab is left alone, so that nobody is caught in it.

import { made } from "./query-drawing.js";

export class Editor {
  constructor(place) {
    this.area = place.querySelector("textarea");
    this.numbers = made("div", { class: "numbers mono", "aria-hidden": "true" });
    this.measure = made("span", { class: "measure mono", "aria-hidden": "true" });
    place.prepend(this.numbers);
    place.append(made("div", { class: "measured" }, this.measure));
    place.classList.add("numbered");
    this.marked = 0;
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("scroll", () => { this.numbers.scrollTop = this.area.scrollTop; });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.changed();
  }

  get text() { return this.area.value; }

  set text(value) {
    this.area.setSelectionRange(0, this.area.value.length);
    this.insert(value);
  }

  // As if it was typed, so that it can be undone.
  insert(text) {
    this.area.focus();
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  replace(start, end, text) {
    this.area.setSelectionRange(start, end);
    this.insert(text);
  }

  // The word at a place of a trouble is selected; lines and columns count from 1.
  point(line, column) {
    const lines = this.text.split("\n");
    const start = lines.slice(0, line - 1).reduce((n, each) => n + each.length + 1, 0) + column - 1;
    const word = /^(?:[\p{L}\p{N}_]+|\S)/u.exec(this.text.slice(start));
    this.area.focus();
    this.area.setSelectionRange(start, start + (word ? word[0].length : 0));
    this.area.scrollTop = Math.max(0, (line - 4) * this.height);
  }

  mark(line) {
    this.marked = line;
    this.number();
  }

  get height() { return parseFloat(getComputedStyle(this.area).lineHeight); }

  // Where the caret is, in pixels from the corner of the editor.
  caret() {
    const before = this.text.slice(0, this.area.selectionStart).split("\n");
    const style = getComputedStyle(this.area);
    this.measure.textContent = before.at(-1).replace(/\t/g, "  ");
    return {
      left: this.area.offsetLeft + parseFloat(style.paddingLeft) + this.measure.offsetWidth - this.area.scrollLeft,
      top: this.area.offsetTop + parseFloat(style.paddingTop) + before.length * this.height - this.area.scrollTop,
    };
  }

  changed() {
    this.marked = 0;
    this.number();
  }

  number() {
    const lines = this.text.split("\n").length;
    this.numbers.replaceChildren(...Array.from({ length: lines }, (_, n) =>
      made("div", { class: n + 1 === this.marked ? "marked" : null }, String(n + 1))));
    this.numbers.scrollTop = this.area.scrollTop;
  }

  key(event) {
    if (event.defaultPrevented || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && !command && !event.shiftKey && !event.altKey) {
      const line = this.text.slice(0, this.area.selectionStart).split("\n").at(-1);
      const indent = /^[ \t]*/.exec(line)[0] + (/\($/.test(line.trimEnd()) ? "  " : "");
      if (indent) { event.preventDefault(); this.insert(`\n${indent}`); }
    } else if (command && (event.key === "]" || event.key === "[")) {
      event.preventDefault();
      this.shift(event.key === "]");
    }
  }

  shift(inwards) {
    const { selectionStart: from, selectionEnd: to } = this.area;
    const start = this.text.lastIndexOf("\n", from - 1) + 1;
    const next = this.text.indexOf("\n", Math.max(from, to - 1));
    const end = next < 0 ? this.text.length : next;
    const lines = this.text.slice(start, end).split("\n");
    const moved = lines.map((line) => (inwards ? `  ${line}` : line.replace(/^(?: {1,2}|\t)/, ""))).join("\n");
    if (moved === lines.join("\n")) return;
    this.replace(start, end, moved);
    if (from !== to) this.area.setSelectionRange(start, start + moved.length);
  }
}
