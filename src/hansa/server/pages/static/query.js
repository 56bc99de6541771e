// The page that queries. Its form does the same without this; here rows come as they are made, and nothing else of the page moves.

import { Completion } from "./query-completion.js";
import { chartOf, drawn } from "./query-chart.js";
import { counted, made } from "./query-drawing.js";
import { Editor } from "./query-editor.js";
import { Grid } from "./query-grid.js";
import { Past } from "./query-past.js";
import { answer, Refusal } from "./query-stream.js";
import { Tables } from "./query-tables.js";
import { notices, wrong } from "./query-telling.js";

const LONGEST_ADDRESS = 6_000;
const form = document.querySelector("form[data-query]");
const choice = form.querySelector("#for");
const buttons = { run: form.querySelector("[data-run]"), cancel: form.querySelector("[data-cancel]") };
const part = (name) => document.querySelector(`[data-${name}]`);
const [said, troubles, told, views, rows] = ["query-said", "wrong", "told", "views", "rows"].map(part);
const editor = new Editor(form.querySelector("[data-editor]"));
const tables = new Tables(part("tables"), editor, choice);
const past = new Past(part("history"), form.dataset.viewer, (each) => {
  if ([...choice.options].some((option) => option.value === each.for) && choice.value !== each.for) {
    choice.value = each.for;
    tables.load();
  }
  editor.text = each.sql;
});
new Completion(editor, () => tables.schema);
form.querySelector("[data-keys]").hidden = false;

let running = null;

async function run() {
  if (!form.reportValidity()) return;
  running?.abort();
  const mine = (running = new AbortController());
  const [sql, reading, shown] = [editor.text, choice.value, choice.selectedOptions[0].text];
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  remember();
  busy(true);
  troubles.replaceChildren();
  editor.mark(0);
  say("Running…");
  let grid = null;
  let ended = null;
  try {
    for await (const line of answer(new URLSearchParams(new FormData(form)), mine.signal)) {
      if (Array.isArray(line)) {
        grid.append(line);
        progress(`${counted(grid.rows.length, "row")} so far`);
      } else if (line.columns) {
        told.replaceChildren(...notices(line, reading));
        views.replaceChildren();
        grid = new Grid(rows, line.columns, line.masks);
      } else ended = line;
    }
    if (mine.signal.aborted) throw new DOMException("", "AbortError");
    if (!ended) throw new Refusal({ detail: "the connection was broken off, so rows are missing", mend: "run it again" });
    finish(grid, ended, seconds());
    past.add(sql, reading, shown, counted(grid.rows.length, "row"));
  } catch (problem) {
    if (mine !== running) return;
    // What an earlier run gave is not shown as this one's.
    if (!grid) [told, views, rows].forEach((each) => each.replaceChildren());
    if (mine.signal.aborted) say(grid?.rows.length ? `Cancelled; ${counted(grid.rows.length, "row")} came before.` : "Cancelled.");
    else {
      say(grid?.rows.length ? `Broken off after ${counted(grid.rows.length, "row")}.` : "");
      const away = { detail: "the server does not answer", mend: "run it again in a moment" };
      troubles.replaceChildren(wrong(problem instanceof Refusal ? problem.problem : away, editor));
    }
  } finally {
    if (mine === running) { running = null; busy(false); }
  }
}

function finish(grid, ended, seconds) {
  const number = counted(ended.rows, "row");
  if (ended.trouble) {
    say(`Broken off after ${number}.`);
    troubles.replaceChildren(wrong(ended.trouble, editor));
    return;
  }
  const bound = { rows: "the most that a page shows; a download has all of them", bytes: "as large as a page can be; a download has all of them" }[ended.more];
  say(bound ? `The first ${number} in ${seconds} s: ${bound}.` : `${number} in ${seconds} s.`);
  if (!ended.rows) {
    rows.prepend(made("div", { class: "empty" }, made("p", {}, made("strong", {}, "No row fits.")),
      made("p", {}, "The statement ran. Loosen its conditions, or look whether a row filter holds for you.")));
    return;
  }
  const chart = ended.more ? null : chartOf(grid.columns, grid.rows);
  if (chart) chartable(chart);
}

function chartable(chart) {
  const place = made("div", { class: "chart-in", id: "chart", hidden: true });
  const button = made("button", { type: "button", class: "button soft", "aria-expanded": "false", "aria-controls": "chart" }, "Show as a chart");
  const draw = () => { if (!place.hidden) place.replaceChildren(drawn(chart, Math.max(280, place.clientWidth))); };
  button.addEventListener("click", () => {
    place.hidden = !place.hidden;
    button.setAttribute("aria-expanded", String(!place.hidden));
    button.textContent = place.hidden ? "Show as a chart" : "Hide the chart";
    draw();
  });
  new ResizeObserver(draw).observe(views);
  views.replaceChildren(button, place);
}

// Screen readers hear the beginning and the end; what moves in between is for eyes.
function say(text) {
  said.textContent = text;
}

function progress(text) {
  buttons.cancel.title = text;
  buttons.run.textContent = text;
}

function busy(yes) {
  part("result").setAttribute("aria-busy", String(yes));
  buttons.run.disabled = yes;
  buttons.run.textContent = yes ? "Running…" : "Run";
  buttons.cancel.hidden = !yes;
}

// The address keeps the statement, so that it can be sent to somebody; opened, it does not run.
function remember() {
  const address = new URL(location.href);
  address.pathname = "/query";
  address.search = "";
  if (choice.value) address.searchParams.set("for", choice.value);
  if (editor.text) address.searchParams.set("q", editor.text);
  if (address.href.length > LONGEST_ADDRESS) address.searchParams.delete("q");
  history.replaceState(null, "", address);
}

let waiting = 0;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(remember, 400); });
form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return; // a download is a request of the browser's own
  event.preventDefault();
  run();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
  if (event.key === "Escape" && running && !event.defaultPrevented) running.abort();
});
buttons.cancel.addEventListener("click", () => { running?.abort(); buttons.run.disabled = false; buttons.run.focus(); });
addEventListener("pagehide", () => running?.abort());
