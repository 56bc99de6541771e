// The viewer's own statements, kept in this browser alone; no value of an answer is ever kept.

import { made } from "./query-drawing.js";

const MOST = 30;
const LONGEST = 20_000;

export class Past {
  constructor(place, viewer, take) {
    this.place = place;
    this.key = `hansa.query.past.${viewer}`;
    this.take = take;
    place.querySelector("[data-forget]").addEventListener("click", () => { this.keep([]); this.draw(); });
    this.draw();
  }

  get all() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found.filter((each) => typeof each?.sql === "string") : [];
    } catch {
      return [];
    }
  }

  keep(all) {
    try {
      if (all.length) localStorage.setItem(this.key, JSON.stringify(all));
      else localStorage.removeItem(this.key);
    } catch { /* a browser that keeps nothing has no past */ }
  }

  add(sql, reading, shown, said) {
    if (sql.length > LONGEST) return;
    const others = this.all.filter((each) => each.sql !== sql || each.for !== reading);
    this.keep([{ sql, for: reading, shown, said, at: new Date().toISOString() }, ...others].slice(0, MOST));
    this.draw();
  }

  draw() {
    const all = this.all;
    this.place.hidden = !all.length;
    this.place.querySelector("ol").replaceChildren(...all.map((each) => {
      const button = made("button", { type: "button", class: "link-button past mono" }, each.sql.replace(/\s+/g, " ").slice(0, 240));
      button.addEventListener("click", () => this.take(each));
      const at = new Date(each.at);
      const when = Number.isNaN(at.valueOf()) ? "" : at.toLocaleString();
      return made("li", {}, button, made("p", { class: "small quiet" }, [each.shown, each.said, when].filter((t) => typeof t === "string" && t).join(" · ")));
    }));
  }
}
