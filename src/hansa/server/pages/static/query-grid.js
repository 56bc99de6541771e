// Rows of any number in a table of those that can be seen. Arrows move, Enter shows a value as a whole, Ctrl-C copies it.

import { made } from "./query-drawing.js";

const BEYOND = 8; // rows that are drawn above and below what can be seen
const SAMPLE = 200; // rows that column widths are chosen by
const WIDEST = 42;

export function textOf(value) {
  return value === null ? "NULL" : typeof value === "object" ? `${value.cut}…` : value;
}

export class Grid {
  constructor(place, columns, masks) {
    this.columns = columns;
    this.rows = [];
    this.row = this.column = 0;
    this.from = this.to = -1;
    this.body = made("tbody");
    this.cols = columns.map(() => made("col"));
    const masked = new Map(masks.map((mask) => [mask.column.toLowerCase(), mask.mask]));
    const heads = columns.map((column, number) => made("th",
      { scope: "col", role: "columnheader", "aria-colindex": number + 1, class: column.kind === "number" ? "number" : null, title: `${column.name} ${column.type}` },
      made("bdi", {}, column.name),
      masked.has(column.name.toLowerCase()) ? made("span", { class: "mask-of", title: `masked ${masked.get(column.name.toLowerCase())}` }, "masked") : null,
      made("span", { class: "type-of" }, column.type)));
    this.table = made("table",
      { role: "grid", tabindex: "0", "aria-label": "Rows of the result", "aria-colcount": columns.length, "aria-readonly": "true" },
      made("colgroup", {}, ...this.cols), made("thead", {}, made("tr", { role: "row", "aria-rowindex": "1" }, ...heads)), this.body);
    this.scroller = made("div", { class: "grid" }, this.table);
    this.detail = made("dialog", { class: "value", "aria-label": "The value" });
    place.replaceChildren(this.scroller, this.detail);
    this.scroller.addEventListener("scroll", () => this.soon());
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("focus", () => this.point());
    this.table.addEventListener("click", (event) => this.clicked(event, false));
    this.table.addEventListener("dblclick", (event) => this.clicked(event, true));
    this.detail.addEventListener("close", () => this.table.focus());
    new ResizeObserver(() => this.soon()).observe(this.scroller);
    this.measure();
  }

  append(rows) {
    const first = this.rows.length === 0;
    for (const row of rows) this.rows.push(row);
    if (first && rows.length) this.measure();
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.soon();
  }

  // Widths are chosen once, by the first rows, so that nothing jumps while somebody scrolls.
  measure() {
    const sample = this.rows.slice(0, SAMPLE);
    this.columns.forEach((column, number) => {
      const widest = Math.max(column.name.length + 2, Math.min(column.type.length, 18), ...sample.map((row) => Math.min(textOf(row[number]).length, WIDEST)));
      this.cols[number].style.width = `${Math.max(6, Math.min(WIDEST, widest)) + 3}ch`;
    });
    const total = this.cols.reduce((sum, col) => sum + parseFloat(col.style.width), 0);
    this.table.style.minWidth = `${total}ch`;
  }

  soon() {
    this.waiting ??= requestAnimationFrame(() => { this.waiting = null; this.draw(); });
  }

  get height() {
    const drawn = this.body.querySelector("tr[aria-rowindex]");
    return (this.known ||= drawn?.getBoundingClientRect().height) || 33;
  }

  draw() {
    const seen = Math.ceil(this.scroller.clientHeight / this.height);
    const top = Math.floor(this.scroller.scrollTop / this.height);
    const from = Math.max(0, top - BEYOND);
    const to = Math.min(this.rows.length, top + seen + BEYOND);
    if (from === this.from && to === this.to && this.of === this.rows.length) return;
    Object.assign(this, { from, to, of: this.rows.length });
    const drawn = [];
    for (let number = from; number < to; number += 1) drawn.push(this.line(number));
    this.body.replaceChildren(this.space(from), ...drawn, this.space(this.rows.length - to));
    this.point();
  }

  space(rows) {
    const line = made("tr", { class: "space", "aria-hidden": "true" });
    line.style.height = `${rows * this.height}px`;
    return line;
  }

  line(number) {
    return made("tr", { role: "row", "aria-rowindex": number + 2 }, ...this.rows[number].map((value, column) => {
      const cell = made("td", { role: "gridcell", id: `cell-${number}-${column}`, "aria-colindex": column + 1, class: this.columns[column].kind === "number" ? "number" : null, dir: "auto" });
      if (value === null) cell.append(made("span", { class: "null" }, "NULL"));
      else if (value === "") cell.append(made("span", { class: "null" }, "empty"));
      else cell.textContent = textOf(value).replace(/\s*\n\s*/g, " ↵ ");
      return cell;
    }));
  }

  point() {
    this.table.querySelector(".here")?.classList.remove("here");
    const cell = this.rows.length ? document.getElementById(`cell-${this.row}-${this.column}`) : null;
    cell?.classList.add("here");
    if (cell) this.table.setAttribute("aria-activedescendant", cell.id);
    else this.table.removeAttribute("aria-activedescendant");
    return cell;
  }

  go(row, column) {
    if (!this.rows.length) return;
    this.row = Math.max(0, Math.min(this.rows.length - 1, row));
    this.column = Math.max(0, Math.min(this.columns.length - 1, column));
    const head = this.table.tHead.getBoundingClientRect().height;
    const top = this.row * this.height;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + this.height + head > scrollTop + clientHeight) this.scroller.scrollTop = top + this.height + head - clientHeight;
    this.draw();
    this.point()?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 2);
    const command = event.ctrlKey || event.metaKey;
    const { row, column } = this;
    const moves = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + page, column], PageUp: [row - page, column],
      Home: [command ? 0 : row, 0], End: [command ? this.rows.length - 1 : row, this.columns.length - 1],
    };
    if (moves[event.key]) this.go(...moves[event.key]);
    else if (event.key === "Enter" && this.rows.length) this.show();
    else if (event.key === "c" && command && getSelection().isCollapsed && this.rows.length) this.copy();
    else return;
    event.preventDefault();
  }

  clicked(event, whole) {
    const cell = event.target.closest("td[id]");
    if (!cell || !getSelection().isCollapsed) return;
    const [, row, column] = cell.id.split("-");
    this.row = Number(row);
    this.column = Number(column);
    this.point();
    if (whole || cell.scrollWidth > cell.clientWidth) this.show();
  }

  copy() {
    const value = this.rows[this.row][this.column];
    navigator.clipboard?.writeText(value === null ? "" : textOf(value));
  }

  show() {
    const value = this.rows[this.row][this.column];
    const column = this.columns[this.column];
    const note = value === null ? "no value" : value === "" ? "an empty text"
      : typeof value === "object" ? `the first ${value.cut.length} of ${value.length} characters; a download has all` : "";
    const close = made("button", { type: "button", class: "button soft" }, "Close");
    close.addEventListener("click", () => this.detail.close());
    this.detail.replaceChildren(
      made("h3", {}, made("bdi", {}, column.name), " ", made("span", { class: "quiet small" }, `${column.type}, row ${this.row + 1}`)),
      note ? made("p", { class: "quiet small" }, note) : null,
      ...(value ? [made("pre", { dir: "auto", tabindex: "0" }, pretty(column, value))] : []), close);
    this.detail.querySelectorAll("p:empty").forEach((empty) => empty.remove());
    this.detail.showModal();
  }
}

function pretty(column, value) {
  if (column.kind !== "nested" || typeof value === "object") return textOf(value);
  try {
    // Numbers keep their digits only where JavaScript has them all; else the text stays as it came.
    return /\d{16}/.test(value) ? value : JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
