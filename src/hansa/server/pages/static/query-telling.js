// What a run has to tell beside its rows: what went wrong and where, what the reader should know, and why columns are masked.

import { made } from "./query-drawing.js";

const AROUND = 60;

export function wrong(problem, editor) {
  const told = made("div", { class: "note bad", role: "alert" }, made("p", {}, made("strong", {}, problem.detail ?? "the query failed")));
  const lines = editor.text.split("\n");
  for (const place of problem.places ?? []) {
    const line = lines[place.line - 1];
    if (line === undefined) continue;
    const at = Math.max(place.column, 1) - 1;
    const word = /^(?:[\p{L}\p{N}_]+|\S)/u.exec(line.slice(at))?.[0] ?? "";
    const go = made("button", { type: "button", class: "link-button small to-place" }, `line ${place.line}, column ${at + 1}${place.note ? `: ${place.note}` : ""}`);
    go.addEventListener("click", () => editor.point(place.line, at + 1));
    const [before, after] = [line.slice(0, at), line.slice(at + word.length)];
    told.append(made("p", {}, go), made("pre", { class: "excerpt" }, made("code", {},
      before.length > AROUND ? `…${before.slice(-AROUND)}` : before, made("mark", {}, word || " "), after.length > AROUND ? `${after.slice(0, AROUND)}…` : after)));
    editor.mark(place.line);
  }
  for (const reason of (problem.reasons ?? []).filter((each) => each !== problem.detail)) told.append(made("p", {}, reason));
  if (problem.mend) told.append(made("p", {}, problem.mend));
  if (problem.code) told.append(made("p", { class: "small quiet" }, problem.code));
  return told;
}

export function notices(head, reading) {
  const told = head.notices.map((notice) => made("p", { class: "small notice" }, notice));
  if (!head.masks.length) return told;
  const [consumer, purpose] = reading.split("|");
  const parts = head.masks.map((mask) => {
    const address = new URLSearchParams({ port: mask.port, ...(consumer ? { consumer, purpose } : {}) });
    return made("li", {}, made("span", { class: "mono" }, `${mask.port}#${mask.column}`), ` ${mask.mask}, `,
      made("a", { href: `/access/explain?${address}`, "aria-label": `Why is ${mask.column} masked?` }, "why?"));
  });
  const word = parts.length === 1 ? "1 column of what was read is masked for you" : `${parts.length} columns of what was read are masked for you`;
  return [...told, made("details", { class: "masks", open: parts.length <= 6 }, made("summary", {}, word), made("ul", {}, ...parts))];
}
