// Elements from JavaScript: text is always text, never markup.

export function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function counted(number, word) {
  const text = String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${text} ${word}${number === 1 ? "" : "s"}`;
}
