// A page about runs that go on: it is told when something happens, and takes its parts anew from the server. Without scripts its
// link "Refresh" does the same.

const LEAST = 1500; // milliseconds between two looks
const live = document.querySelector("[data-live]");

async function parts() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function follow() {
  const address = new URL(live.dataset.live, location.href);
  address.searchParams.set("after", live.dataset.after);
  const source = new EventSource(address);
  let waiting = 0;
  let last = 0;
  let ended = false;

  async function look() {
    waiting = 0;
    last = Date.now();
    const page = await parts().catch(() => null);
    if (page === null) return;
    const fresh = [...page.querySelectorAll("[data-part]")];
    for (const part of fresh) {
      const here = document.querySelector(`[data-part="${part.dataset.part}"]`);
      // Whoever has the focus inside keeps what they look at.
      if (here && here.innerHTML !== part.innerHTML && !here.contains(document.activeElement)) here.innerHTML = part.innerHTML;
    }
    const said = page.querySelector("[data-summary]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
    if (live.textContent !== said) live.textContent = said;
    if (ended || !page.querySelector("[data-live]")) { source.close(); document.querySelector(".on-its-way")?.remove(); }
  }

  function soon(now) {
    if (waiting && !now) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, now ? 300 : Math.max(LEAST - (Date.now() - last), 200));
  }

  for (const type of ["run.began", "run.step", "product.published", "events.missed"]) source.addEventListener(type, () => soon(false));
  source.addEventListener("run.ended", () => { ended = live.dataset.also === undefined; soon(true); });
  addEventListener("pagehide", () => source.close());
}

if (live && "EventSource" in window) follow();

// A page whose answer is still being made looks again by itself.
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), Number(again.dataset.again));
