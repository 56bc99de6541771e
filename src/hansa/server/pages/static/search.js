// The search answers while somebody types. Every state of it has an address; without scripts the form asks for the same.

const form = document.querySelector("form[data-search]");
const place = document.querySelector("#found");
const field = form.querySelector('input[name="q"]');
let waiting = 0;
let asking = null;

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(location.href);
  address.searchParams.delete("page");
  if (field.value) address.searchParams.set("q", field.value);
  else address.searchParams.delete("q");
  try {
    const answer = await fetch(`/search/hits${address.search}`, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) { location.assign(address); return; }
    place.innerHTML = await answer.text();
    history.replaceState(null, "", address);
    document.title = field.value ? `${field.value} - search - Hansa` : "Search - Hansa";
  } catch (problem) {
    if (problem.name !== "AbortError") form.requestSubmit();
  }
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, 120);
});
