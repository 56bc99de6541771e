// What a drawing of lineage can do beyond its links: what flows through a box or column lights up, and the drawing can be sized
// and moved. Without this file it is read, scrolled and opened by links.

const SMALLEST = 0.15;
const LARGEST = 3;

for (const drawing of document.querySelectorAll("[data-drawing]")) {
  const svg = drawing.querySelector("svg");
  moved(drawing, sized(drawing, svg));
  lit(svg);
}

// The size, by buttons, keys (+ - 0 1) and by the wheel with Control: a wheel alone scrolls, as everywhere.
function sized(drawing, svg) {
  const natural = { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
  let size = 1;
  const to = (wanted, x = drawing.clientWidth / 2, y = drawing.clientHeight / 2) => {
    const next = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    const left = ((drawing.scrollLeft + x) * next) / size - x;
    const top = ((drawing.scrollTop + y) * next) / size - y;
    size = next;
    svg.setAttribute("width", Math.round(natural.width * size));
    svg.setAttribute("height", Math.round(natural.height * size));
    drawing.scrollTo(left, top);
  };
  const room = () => Math.min(drawing.clientWidth / natural.width, (window.innerHeight * 0.72) / natural.height, 1);
  const by = { in: () => to(size * 1.25), out: () => to(size / 1.25), fit: () => to(room()), one: () => to(1) };
  const buttons = document.querySelector("[data-zoom]");
  if (buttons) {
    buttons.hidden = false;
    buttons.addEventListener("click", (event) => by[event.target.dataset.by]?.());
  }
  const keys = { "+": "in", "=": "in", "-": "out", 0: "fit", 1: "one" };
  drawing.addEventListener("keydown", (event) => {
    if (event.key in keys && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      by[keys[event.key]]();
    }
  });
  drawing.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const edge = drawing.getBoundingClientRect();
      to(size * Math.exp(-event.deltaY / 400), event.clientX - edge.left, event.clientY - edge.top);
    },
    { passive: false },
  );
  // On a wide screen a drawing that is a little too wide is shown whole; one that would be too small to read starts at its subject.
  if (drawing.clientWidth < natural.width) to(Math.max(room(), 0.7));
  const subject = svg.querySelector(".subject");
  if (subject) {
    const [here, frame] = [subject.getBoundingClientRect(), drawing.getBoundingClientRect()];
    drawing.scrollBy(here.left - frame.left - (drawing.clientWidth - here.width) / 2, here.top - frame.top - drawing.clientHeight / 3);
  }
}

// With the mouse the drawing is dragged; fingers and arrow keys scroll it by themselves.
function moved(drawing) {
  let from = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = { x: event.clientX + drawing.scrollLeft, y: event.clientY + drawing.scrollTop, far: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [left, top] = [from.x - event.clientX, from.y - event.clientY];
    if (!from.far && Math.hypot(left - drawing.scrollLeft, top - drawing.scrollTop) < 5) return;
    from.far = true;
    drawing.classList.add("held");
    drawing.scrollTo(left, top);
  });
  window.addEventListener("pointerup", () => {
    if (from?.far) setTimeout(() => drawing.classList.remove("held"));
    from = null;
  });
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  // A drag that ends on a link does not follow it.
  drawing.addEventListener("click", (event) => drawing.classList.contains("held") && event.preventDefault(), true);
}

// All that lies up and down of what the pointer or the focus is on.
function lit(svg) {
  const arcs = [...svg.querySelectorAll("[data-from]")];
  const show = (target) => {
    const box = target?.closest?.("[data-box]");
    const row = target?.closest?.("[data-row]");
    for (const old of svg.querySelectorAll(".near")) old.classList.remove("near");
    const near = box ? reached(arcs, row ? row.id : box.id, box.id) : null;
    svg.classList.toggle("over", Boolean(near?.arcs.size));
    if (!near?.arcs.size) return;
    for (const arc of near.arcs) arc.classList.add("near");
    for (const key of near.keys) {
      const found = document.getElementById(key);
      found?.classList.add("near");
      found?.closest("[data-box]")?.classList.add("near");
    }
  };
  svg.addEventListener("pointerover", (event) => show(event.target));
  svg.addEventListener("pointerleave", () => show(null));
  svg.addEventListener("focusin", (event) => show(event.target));
  svg.addEventListener("focusout", () => show(null));
}

// A row is reached by what ends at it or at its box as a whole; a box by what ends at any part of it.
function reached(arcs, start, box) {
  const found = { arcs: new Set(), keys: new Set([start, box]) };
  const owner = (key) => key.split("r")[0];
  for (const [near, far] of [["to", "from"], ["from", "to"]]) {
    const ahead = [start];
    const seen = new Set(ahead);
    while (ahead.length) {
      const here = ahead.pop();
      for (const arc of arcs) {
        const at = arc.dataset[near];
        if (at !== here && !(here === owner(here) && owner(at) === here) && at !== owner(here)) continue;
        found.arcs.add(arc);
        found.keys.add(at).add(arc.dataset[far]);
        if (!seen.has(arc.dataset[far])) ahead.push(arc.dataset[far]);
        seen.add(arc.dataset[far]);
      }
    }
  }
  return found;
}
