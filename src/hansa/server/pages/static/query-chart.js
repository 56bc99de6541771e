// A chart of a small answer: one column of words, times or whole numbers, and one or two of numbers. The table is its equivalent.

const NS = "http://www.w3.org/2000/svg";
const MOST = 400;
const MOST_BARS = 40;
const EDGE = { top: 14, right: 14, bottom: 46, left: 64 };

// What can be drawn of an answer; null for one that is no chart.
export function chartOf(columns, rows) {
  if (columns.length < 2 || columns.length > 3 || rows.length < 2 || rows.length > MOST) return null;
  const along = columns.findIndex((column) => column.kind !== "number");
  const label = along < 0 ? 0 : along;
  const series = columns.map((column, at) => ({ ...column, at })).filter((column) => column.at !== label);
  if (columns[label].kind === "nested" || columns[label].kind === "bytes" || !series.every((each) => each.kind === "number")) return null;
  const labels = rows.map((row) => row[label] ?? "NULL");
  if (labels.some((each) => typeof each === "object") || new Set(labels).size !== labels.length) return null;
  const times = columns[label].kind === "time" ? labels.map((each) => Date.parse(each.replace(" ", "T"))) : along < 0 ? labels.map(Number) : null;
  const line = times !== null && times.every(Number.isFinite) && (columns[label].kind === "time" || rows.length > MOST_BARS);
  if (!line && rows.length > MOST_BARS) return null;
  const points = rows.map((row, n) => ({ label: labels[n], x: line ? times[n] : n, values: series.map((each) => number(row[each.at])) }));
  if (line) points.sort((a, b) => a.x - b.x);
  if (!points.some((point) => point.values.some((value) => value !== null))) return null;
  return { line, along: columns[label].name, series: series.map((each) => each.name), points };
}

function number(text) {
  const value = text === null || typeof text === "object" ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

export function drawn(chart, width) {
  const height = Math.max(220, Math.min(340, width * 0.45));
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": said(chart), class: "chart" });
  const values = chart.points.flatMap((point) => point.values).filter((value) => value !== null);
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => EDGE.top + (1 - (value - low) / (high - low)) * (height - EDGE.top - EDGE.bottom);
  for (const tick of ticks) {
    svg.append(shape("line", { x1: EDGE.left, x2: width - EDGE.right, y1: y(tick), y2: y(tick), class: tick === 0 ? "axis" : "rule" }),
      words(EDGE.left - 8, y(tick) + 4, short(tick), "end"));
  }
  const room = width - EDGE.left - EDGE.right;
  if (chart.line) lines(svg, chart, room, y);
  else bars(svg, chart, room, y);
  if (chart.series.length > 1) {
    let left = EDGE.left;
    chart.series.forEach((name, n) => {
      const told = name.length > 24 ? `${name.slice(0, 23)}…` : name;
      svg.append(shape("rect", { x: left, y: height - 14, width: 10, height: 10, class: `series-${n}` }), words(left + 15, height - 5, told, "start"));
      left += 30 + told.length * 7.5;
    });
  }
  return svg;
}

function bars(svg, chart, room, y) {
  const each = room / chart.points.length;
  const thick = Math.min(48, (each * 0.72) / chart.series.length);
  const every = Math.ceil(chart.points.length / Math.max(1, Math.floor(room / 64)));
  const letters = Math.max(4, Math.floor((each * every) / 7));
  chart.points.forEach((point, n) => {
    const middle = EDGE.left + (n + 0.5) * each;
    point.values.forEach((value, s) => {
      if (value === null) return;
      const left = middle + (s - chart.series.length / 2) * thick;
      const bar = shape("rect", { x: left, y: Math.min(y(value), y(0)), width: Math.max(1, thick - 1), height: Math.max(0.5, Math.abs(y(value) - y(0))), class: `series-${s}` });
      bar.append(titled(`${point.label}: ${value} (${chart.series[s]})`));
      svg.append(bar);
    });
    if (n % every === 0) svg.append(words(middle, below(svg), cut(point.label, letters), "middle"));
  });
}

function lines(svg, chart, room, y) {
  const [first, last] = [chart.points[0].x, chart.points.at(-1).x];
  const x = (at) => EDGE.left + ((at - first) / (last - first || 1)) * room;
  chart.series.forEach((name, s) => {
    let path = "";
    let up = true;
    for (const point of chart.points) {
      const value = point.values[s];
      if (value === null) { up = true; continue; }
      path += `${up ? "M" : "L"}${x(point.x).toFixed(1)} ${y(value).toFixed(1)}`;
      up = false;
      const dot = shape("circle", { cx: x(point.x), cy: y(value), r: chart.points.length > 80 ? 1.5 : 3, class: `series-${s}` });
      dot.append(titled(`${point.label}: ${value} (${name})`));
      svg.append(dot);
    }
    svg.append(shape("path", { d: path, class: `line-${s}` }));
  });
  const shown = Math.max(2, Math.min(chart.points.length, Math.floor(room / 110)));
  for (let n = 0; n < shown; n += 1) {
    const point = chart.points[Math.round((n * (chart.points.length - 1)) / (shown - 1))];
    const told = point.label.replace(/[ T]00:00:00(?:\+00:00)?$/, "");
    svg.append(words(x(point.x), below(svg), cut(told, 16), n === 0 ? "start" : n === shown - 1 ? "end" : "middle"));
  }
}

const below = (svg) => Number(svg.getAttribute("height")) - EDGE.bottom + 18;
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text || "empty");

function said(chart) {
  const kind = chart.line ? "Lines" : "Bars";
  return `${kind} of ${chart.series.join(" and ")} by ${chart.along}, ${chart.points.length} points; the table below has every value`;
}

// Round numbers from just below the lowest to just above the highest.
export function ticksOf(low, high) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let n = Math.floor(low / step); n <= Math.ceil(high / step); n += 1) found.push(Number((n * step).toPrecision(12)));
  return found.length > 1 ? found : [0, step];
}

function short(value) {
  const size = Math.abs(value);
  for (const [limit, unit] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (size >= limit) return `${Number((value / (unit === "k" ? 1e3 : limit)).toPrecision(4))}${unit}`;
  }
  return size && size < 1e-4 ? value.toExponential(1) : String(value);
}

function shape(tag, attributes) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function words(x, y, text, anchor) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

function titled(text) {
  const made = shape("title", {});
  made.textContent = text;
  return made;
}
