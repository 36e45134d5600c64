// Every pair that the analysis judged, and what is set against the chosen reference.
const times = (ratio) => ratio.toFixed(ratio >= 1 ? 2 : ratio >= 0.1 ? 3 : 4) + "×";
const bounds = (low, high) => `${times(low).slice(0, -1)}–${times(high).slice(0, -1)}`;

// The first over the second, with the interval and the verdict of the pair.
const pairOf = (found, cell, other) => {
  if (!found) return undefined;
  const { cells, speeds, spreads, verdicts, more } = found;
  const [here, there] = [cell, other].map((id) => cells.indexOf(places.get(id)));
  if (!speeds[here] || !speeds[there]) return undefined;
  const ratio = speeds[here] / speeds[there];
  if (here === there) return { ratio, own: true };
  const [row, column] = [Math.min(here, there), Math.max(here, there)];
  const place = row * cells.length - row * (row + 1) / 2 + column - row - 1;
  const spread = spreads[place];
  return { ratio, low: spread && ratio / spread, high: spread && ratio * spread, verdict: verdicts[place], more: more[place] };
};

// What stands there for the reference that the page was made with comes back as it was.
const relatives = new Map(all(".relative").map((element) => [element, { nodes: [...element.childNodes], value: element.dataset.value }]));
const inside = (selector, root) => all(selector, root).filter((element) => relatives.has(element));

const relate = () => {
  const chosen = control("ref");
  for (const name of all(".reference-name")) name.textContent = chosen.selectedOptions[0].textContent;
  for (const [element, { nodes, value }] of relatives) {
    element.replaceChildren(...nodes);
    if (value !== undefined) element.dataset.value = value;
  }
  if (chosen.value === given.reference) return;
  for (const table of all("table.ranking")) relateRanking(table, chosen.value);
  for (const table of all("table.lead")) relateLead(table, chosen.value);
  for (const row of all(".glance tbody tr")) {
    for (const cell of inside("td", row)) cell.replaceChildren(...ratioText(pairOf(given.overall, row.dataset.cell, chosen.value)));
  }
};

const relateRanking = (table, reference) => {
  const rows = all("tbody tr", table);
  const pairs = new Map(rows.map((row) => [row, pairOf(given.pairs[table.dataset.scenario], row.dataset.cell, reference)]));
  const longest = Math.max(...[...pairs.values()].map((pair) => pair ? pair.high ?? pair.ratio : 0));
  for (const [row, pair] of pairs) {
    const cell = one("td.ratio", row);
    const text = made("span", { className: "ratio-text" }, ...ratioText(pair));
    cell.dataset.value = pair ? pair.ratio : "";
    cell.replaceChildren(text, ...(pair ? [bar(pair, longest, 12)] : []));
    // Requests per CPU second are what was judged; the page shows CPU time per request.
    const cpu = pairOf(given.cpu[table.dataset.scenario], reference, row.dataset.cell);
    for (const note of all(".cpu-ratio", row)) note.textContent = cpu && !cpu.own ? inShort(cpu) : "";
  }
};

const relateLead = (table, reference) => {
  const found = table.dataset.scope === "overall" ? given.overall : given.pairs[table.dataset.scope];
  const rows = all("tbody tr", table).map((row) => ({ row, pair: pairOf(found, row.dataset.cell, reference) }));
  const ceilings = all("[data-ceiling]").map((element) => ({ element, pair: pairOf(found, element.dataset.ceiling, reference) }));
  const longest = Math.max(...rows.map(({ pair }) => pair ? pair.high ?? pair.ratio : 0), ...ceilings.map(({ pair }) => pair?.ratio ?? 0));
  const lines = ceilings.filter(({ pair }) => pair).map(({ pair }) => `${(100 * pair.ratio / longest).toFixed(2)}%`);
  for (const { row, pair } of rows) {
    one("td.ratio", row).replaceChildren(...ratioText(pair));
    const drawing = pair ? bar(pair, longest, 24, "26%") : "";
    one("td.barred", row).replaceChildren(drawing);
    if (pair) one("rect", drawing).after(...lines.map((at) => drawn("line", { class: "ceiling", x1: at, x2: at, y2: "100%" })));
  }
  for (const { element, pair } of ceilings) element.textContent = pair ? times(pair.ratio) : "n/a";
};

const inShort = (pair) => times(pair.ratio) + (pair.low ? ` (${bounds(pair.low, pair.high)})` : "");
const ratioText = (pair) => {
  const part = (className, textContent) => [made("span", { className, textContent }), " "];
  if (!pair) return [...part("na", "n/a"), ...part("why", "the reference has no figure here")];
  const said = pair.own ? ["interval", "the reference"] : pair.low ? ["interval", bounds(pair.low, pair.high)] : ["why", "too few blocks for an interval"];
  return [...part("value", times(pair.ratio)), ...part(...said)];
};

const drawn = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const bar = ({ ratio, low, high }, longest, height, y = "0") => {
  const at = (value) => `${(100 * value / longest).toFixed(2)}%`;
  const svg = drawn("svg", { class: "bar", width: "100%", height, "aria-hidden": "true" });
  svg.append(drawn("rect", { y, width: at(ratio) }));
  if (low) svg.append(drawn("use", { href: "#whisker", x: at(low), width: at(high - low) }));
  return svg;
};
