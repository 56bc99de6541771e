// A form whose answer takes a while says so, and is not sent twice. Nothing here is needed: without it the browser waits, too.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    const state = form.querySelector("[data-state]");
    if (state) state.textContent = form.dataset.busy;
  });
}
// Coming back with the browser's own button finds the form ready again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-busy]")) form.removeAttribute("aria-busy");
});
// What was found is read first.
document.querySelector("#result, #answer[tabindex]")?.focus({ preventScroll: false });
// Ctrl+Enter sends, as in other editors of queries.
for (const text of document.querySelectorAll("form[data-busy] textarea")) {
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); text.form.requestSubmit(); }
  });
}
// On a narrow screen the part that is shown may be behind the edge of the list of parts.
const tabs = document.querySelector(".tabs"), shown = tabs?.querySelector("[aria-current]");
if (shown && tabs.scrollWidth > tabs.clientWidth) tabs.scrollLeft = shown.offsetLeft - tabs.offsetLeft - 24;
