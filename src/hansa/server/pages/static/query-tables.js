// The list of what can be queried: narrowed while somebody types, and put into the statement with a click.

import { counted, made } from "./query-drawing.js";

const MOST_DRAWN = 400; // columns of an opened table

// A long name may go on in a new line behind each of its dots.
function breakable(name) {
  return name.split(/(?<=\.)/).flatMap((word) => [word, document.createElement("wbr")]);
}

export class Tables {
  constructor(place, editor, choice) {
    this.place = place;
    this.editor = editor;
    this.choice = choice; // the field that says on whose behalf
    this.said = place.querySelector("[data-tables-said]");
    this.filter = place.querySelector("#table-filter");
    place.querySelector("[data-finder]").hidden = false;
    this.filter.addEventListener("input", () => this.narrowed());
    choice.addEventListener("change", () => this.load());
    this.schema = null;
    this.load();
  }

  async load(words = "") {
    const asked = (this.asked = Symbol("asked"));
    const address = `/query/schema?${new URLSearchParams({ for: this.choice.value, ...(words ? { words } : {}) })}`;
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (asked !== this.asked || answer.redirected || !answer.ok) return;
      this.schema = await answer.json();
    } catch {
      return; // what the page came with stays
    }
    this.draw();
  }

  narrowed() {
    clearTimeout(this.waiting);
    // A mesh that is larger than one list is looked through by the server.
    if (this.schema?.more || this.elsewhere) {
      this.elsewhere = Boolean(this.filter.value);
      this.waiting = setTimeout(() => this.load(this.filter.value), 200);
    } else if (this.schema) this.draw();
  }

  draw() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (port) => [port.sql, port.title, port.port, ...port.columns.map((c) => c[0])].join(" ").toLowerCase();
    const ports = this.schema.ports.filter((port) => words.every((word) => text(port).includes(word)));
    const list = made("ul", { class: "plain", "data-ports": true }, ...ports.map((port) => this.port(port, words, ports.length === 1)));
    const empty = made("div", { class: "empty", "data-ports-empty": true });
    empty.append(made("p", {}, made("strong", {}, this.missing(words))),
      made("p", {}, "Choose another on whose behalf, or ", made("a", { href: "/search" }, "find a product"), " and request access."));
    this.place.querySelector("[data-ports], [data-ports-empty]").replaceWith(ports.length ? list : empty);
    const more = this.place.querySelector("[data-more]");
    if (more) more.hidden = !this.schema.more;
    this.said.textContent = counted(ports.length, "table");
  }

  missing(words) {
    if (words.length) return this.schema.more ? "None of the likeliest is called so." : "Nothing is called so.";
    return this.schema.more ? "None of the likeliest products can be read on this behalf yet." : "Nothing can be read on this behalf yet.";
  }

  port(port, words, open) {
    const about = made("details", {}, made("summary", { title: port.title || null }, made("span", { class: "mono" }, ...breakable(port.sql))));
    const fill = () => {
      if (about.dataset.filled) return;
      about.dataset.filled = "yes";
      const first = made("button", { type: "button", class: "link-button small" }, "Begin with it");
      first.addEventListener("click", () => { this.editor.text = `SELECT *\nFROM ${port.sql}\nLIMIT 100`; });
      const name = made("button", { type: "button", class: "link-button small" }, "Insert the name");
      name.addEventListener("click", () => this.editor.insert(port.sql));
      const found = port.columns.filter((c) => !words.length || words.some((w) => c[0].toLowerCase().includes(w)));
      const shown = (found.length ? found : port.columns).slice(0, MOST_DRAWN);
      about.append(made("p", { class: "row" }, first, name), made("ul", { class: "plain columns-of" }, ...shown.map((c) => this.column(c))));
      const [product, word] = [port.product, port.port.split(".").at(-1)];
      const left = port.columns.length - shown.length;
      const notes = [left && `${left} more`, port.hidden && `${port.hidden} hidden from you`, port.filtered && "rows are filtered"].filter(Boolean).join(", ");
      about.append(made("p", { class: "small quiet" }, made("a", { href: `/products/${product}/schema?port=${encodeURIComponent(word)}` }, "About its columns"), notes ? ` (${notes})` : ""));
    };
    about.addEventListener("toggle", () => { if (about.open) fill(); });
    if (open) { fill(); about.open = true; }
    return made("li", {}, about);
  }

  column([name, sql, type, classes, mask]) {
    const button = made("button", { type: "button", class: "column", title: classes ? `class: ${classes}` : null, "aria-label": `Insert ${name}, ${type}${mask ? `, masked ${mask}` : ""}` },
      made("span", { class: "mono", dir: "auto" }, name), made("span", { class: "quiet small" }, type, mask ? made("span", { class: "mask-of" }, ` ${mask}`) : ""));
    button.addEventListener("click", () => {
      const { area, text } = this.editor;
      const before = text.slice(0, area.selectionStart);
      this.editor.insert(/[\w"]$/.test(before) ? `, ${sql}` : sql);
    });
    return made("li", {}, button);
  }
}
