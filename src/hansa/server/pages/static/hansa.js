// What every page does beyond HTML. Nothing here is needed to read a page.

// The theme is chosen without a round trip; the form does the same where scripts are off.
const theme = document.querySelector("form[data-theme-form]");
theme?.addEventListener("submit", (event) => {
  event.preventDefault();
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = `${root.dataset.theme} theme`;
});

// Snippets get a button that copies them, where the browser lets us.
if (navigator.clipboard) {
  for (const snippet of document.querySelectorAll(".snippet")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button soft copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(snippet.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    snippet.append(button);
  }
}

// A choice that only changes what is shown takes effect at once; its button stays for those without scripts.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.querySelector("button")?.classList.add("sr");
  form.addEventListener("change", () => form.requestSubmit());
}

// Lines of a long table by the words that they hold.
for (const filter of document.querySelectorAll("input[data-filters]")) {
  const lines = [...document.querySelectorAll(`#${filter.dataset.filters} tbody tr`)];
  filter.closest(".field").hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const line of lines) line.hidden = !words.every((word) => line.textContent.toLowerCase().includes(word));
  });
}

// "/" goes to the search, as on most sites that have one.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const field = document.querySelector('input[type="search"][name="q"]');
  if (field) { event.preventDefault(); field.focus(); field.select(); }
});
