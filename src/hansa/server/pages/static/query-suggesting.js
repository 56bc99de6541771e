// What fits where the caret stands: tables after FROM, columns of the tables that the statement names, functions, keywords.

const MOST = 40;
const TABLE = /\b(?:from|join)\s+([\w".]+)(?:\s+(?:as\s+)?("[^"]+"|[a-z_]\w*))?/gi;

// The part of the text before the caret with strings and comments taken out; null when the caret is within one.
function plain(text) {
  let inside = "";
  const kept = text.replace(/'(?:[^']|'')*('|$)|--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$)/g, (found, quote, line, end) => {
    if (!quote && !line && !end) inside = found;
    return " ".repeat(found.length);
  });
  return inside ? null : kept;
}

function named(ports, name) {
  const wanted = name.replaceAll('"', "").toLowerCase();
  return ports.find((port) => port.sql.replaceAll('"', "").toLowerCase() === wanted || port.port.split("@")[0] === wanted);
}

// The tables of a statement, by the names that its columns may be written behind; `own` is such a name as the statement has it.
function tables(text, schema, words) {
  const found = new Map();
  for (const [, name, alias] of (plain(text) ?? text).matchAll(TABLE)) {
    const port = named(schema.ports, name);
    if (!port) continue;
    const own = alias && !words.has(alias.toUpperCase()) ? alias : name.split(".").at(-1);
    found.set(own.replaceAll('"', "").toLowerCase(), { port, own });
  }
  return found;
}

// `{ start, options }`: what to offer for the word before the caret, which begins at `start`.
export function suggest(text, caret, schema) {
  const before = plain(text.slice(0, caret));
  if (before === null) return { start: caret, options: [] };
  const path = /(?:[\w"]+\.)*[\w"]*$/.exec(before)[0];
  const dot = path.lastIndexOf(".");
  const word = path.slice(dot + 1).replaceAll('"', "").toLowerCase();
  const start = caret - (path.length - dot - 1);
  const words = new Set(schema.keywords);
  const used = tables(text, schema, words);
  const column = ([name, sql, type, classes, mask]) =>
    ({ text: sql, label: name, detail: [type, mask && `masked ${mask}`].filter(Boolean).join(", "), kind: "column" });
  const table = (port) => ({ text: port.sql, label: port.sql, detail: port.title ?? "", kind: "table" });
  let offered;
  if (dot >= 0) {
    const owner = path.slice(0, dot).replaceAll('"', "").toLowerCase();
    const port = used.get(owner)?.port ?? named(schema.ports, owner);
    const below = schema.ports.filter((each) => each.sql.replaceAll('"', "").toLowerCase().startsWith(`${owner}.`));
    if (used.has(owner)) offered = port.columns.map(column);
    else if (below.length) {
      return { start: caret - path.length, options: ranked(below.map(table), path.replaceAll('"', "").toLowerCase()) };
    } else offered = port ? port.columns.map(column) : [];
  } else if (/\b(?:from|join)\s+[\w"]*$/i.test(before)) {
    offered = schema.ports.map(table);
  } else {
    const seen = new Set();
    const columns = [...new Set([...used.values()].map((each) => each.port))].flatMap((port) => port.columns.map(column));
    offered = [
      ...columns.filter((each) => !seen.has(each.text) && seen.add(each.text)),
      ...[...used.values()].map(({ own }) => ({ text: own, label: own, detail: "table of this statement", kind: "table" })),
      ...schema.keywords.map((each) => ({ text: each, label: each, detail: "", kind: "keyword" })),
      ...(word ? schema.functions.map((each) => ({ text: each, label: each, detail: "function", kind: "function" })) : []),
      ...(word ? schema.ports.map(table) : []),
    ];
  }
  return { start, options: ranked(offered, word) };
}

function ranked(offered, word) {
  const scored = offered.map((option, order) => {
    const label = option.label.replaceAll('"', "").toLowerCase();
    const rank = label.startsWith(word) ? 0 : label.split(/[._ ]/).some((part) => part.startsWith(word)) ? 1 : label.includes(word) && word.length > 1 ? 2 : 9;
    return { option, rank, order };
  });
  const fit = scored.filter((each) => each.rank < 9).sort((a, b) => a.rank - b.rank || a.order - b.order);
  return fit.slice(0, MOST).map((each) => each.option);
}
