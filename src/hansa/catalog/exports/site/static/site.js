// The search of the static site: looks words up in the index beside the pages. Without this module the list is all there is.
const MOST = 50;
const form = document.querySelector("[data-find]");
const field = form.querySelector("input");
const hits = document.querySelector("[data-hits]");
const all = document.querySelector("[data-all]");
const said = document.querySelector("[data-said]");
const kept = new Map();
let newest = 0;

const fetched = (path) => {
  if (!kept.has(path)) {
    const found = fetch(path).then((answer) => (answer.ok ? answer.json() : null), () => null);
    kept.set(path, found);
  }
  return kept.get(path);
};
const folded = (text) =>
  text.toLowerCase().replace(/ß/g, "ss").replace(/ς/g, "σ").normalize("NFKD").replace(/\p{M}+/gu, "").match(/[\p{L}\p{N}]+/gu) ?? [];
const shardOf = (word) => {
  const letters = [...word].slice(0, 2).join("");
  return [...new TextEncoder().encode(letters)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// For each entry that has a word beginning as typed, how well it fits.
const matching = async (word, index) => {
  const name = shardOf(word);
  const names = [...word].length > 1 ? [name] : index.words.filter((one) => one.startsWith(name));
  const found = new Map();
  for (const shard of (await Promise.all(names.map((one) => fetched(`search/words-${one}.json`)))).filter(Boolean)) {
    for (const [held, entries] of Object.entries(shard)) {
      if (!held.startsWith(word)) continue;
      for (const entry of entries) {
        const number = entry < 0 ? -entry - 1 : entry;
        const fits = (entry < 0 ? 4 : 1) + (held === word ? 2 : 0);
        found.set(number, Math.max(fits, found.get(number) ?? 0));
      }
    }
  }
  return found;
};

const search = async (text) => {
  const index = await fetched("search/index.json");
  if (!index) return null;
  const each = await Promise.all(folded(text).slice(0, 8).map((word) => matching(word, index)));
  const [first, ...others] = each;
  const scored = [...(first ?? [])]
    .filter(([number]) => others.every((one) => one.has(number)))
    .map(([number, fits]) => [number, others.reduce((sum, one) => sum + one.get(number), fits)])
    .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const shown = scored.slice(0, MOST).map(([number]) => number);
  const entries = await Promise.all(
    shown.map(async (number) => (await fetched(`search/entries-${Math.floor(number / index.shard)}.json`))?.[number % index.shard]),
  );
  return { total: scored.length, entries: entries.filter(Boolean) };
};

// Everything is put there as text; an address is one of ours, or none.
const line = ([title, kind, path, address, told]) => {
  const item = document.createElement("li");
  const heading = item.appendChild(document.createElement("h2"));
  const link = heading.appendChild(document.createElement("a"));
  link.textContent = title;
  link.dir = "auto";
  if (/^(products|domains)\/|^glossary\.html#/.test(path)) {
    link.href = path;
  }
  const meta = item.appendChild(document.createElement("p"));
  meta.className = "meta";
  meta.textContent = `${kind} · ${address}`;
  if (told) {
    const words = item.appendChild(document.createElement("p"));
    words.textContent = told;
    words.dir = "auto";
  }
  return item;
};

const show = async () => {
  const text = field.value.trim();
  const mine = (newest += 1);
  history.replaceState(null, "", text ? `?q=${encodeURIComponent(text)}` : location.pathname);
  const found = text ? await search(text) : null;
  if (mine !== newest) return;
  hits.hidden = !found;
  all.hidden = Boolean(found);
  hits.replaceChildren(...(found?.entries ?? []).map(line));
  if (!text) said.textContent = "";
  else if (!found) said.textContent = "The search index cannot be read; the list below has everything.";
  else if (!found.total) said.textContent = `Nothing has “${text}”. Try fewer words.`;
  else said.textContent = `${found.total} found${found.total > MOST ? `, the best ${MOST} shown` : ""}`;
};

form.hidden = false;
if (hits) {
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  field.addEventListener("input", show);
  if (field.value) show();
}
