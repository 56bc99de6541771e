// What the pages about access do beyond HTML. All of it can be done without.

// Days are also said as the day that they end on.
for (const field of document.querySelectorAll("input[data-today]")) {
  const hint = field.closest(".field").querySelector("[data-until]");
  const left = hint.textContent;
  const tell = () => {
    const days = Number.parseInt(field.value, 10);
    if (!(days > 0 && days <= 36500)) { hint.textContent = left; return; }
    const end = new Date(`${field.dataset.today}T00:00:00Z`);
    end.setUTCDate(end.getUTCDate() + days);
    hint.textContent = `Until ${end.toISOString().slice(0, 10)}.`;
  };
  hint.setAttribute("aria-live", "polite");
  field.addEventListener("input", tell);
  tell();
}

// A column that is not granted cannot be unmasked.
for (const table of document.querySelectorAll("table[data-choosing]")) {
  const follow = (row) => {
    const grant = row.querySelector('input[name="columns"]');
    const clear = row.querySelector('input[name="unmasked"]');
    if (grant && clear) clear.disabled = !grant.checked;
  };
  table.querySelectorAll("tbody tr").forEach(follow);
  table.addEventListener("change", (event) => follow(event.target.closest("tr")));
}

// A link to one of the words opens it.
const word = location.hash && document.querySelector(`details.word[id="${CSS.escape(location.hash.slice(1))}"]`);
if (word) word.open = true;
