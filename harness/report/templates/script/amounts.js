// The table of all scenarios shows one amount at a time, the better the stronger its colour.
const glance = one(".glance");
const columns = all("thead th a", glance).map((link) => link.hash.slice(1));
const shares = new Map(all("tbody td", glance).map((cell) => [cell, [...cell.childNodes]]));
const inOrder = all("tbody tr", glance);
const STEP = Math.SQRT2; // each shade is so much better than the next
const SHADES = 6;

const significant = (value) => String(Number(value.toPrecision(3)));
const amountOf = (scenario, metric, cell) => {
  const [value, text, more] = given.amounts[scenario]?.[metric]?.[places.get(cell)] ?? [];
  if (value === undefined || value === null) return undefined;
  if (metric !== "cost") return { value, text, more };
  const cost = value / 3600 * Number(control("price").value); // CPU microseconds of one request are CPU seconds of a million
  return { value: cost, text: significant(cost), more: "" };
};

const show = () => {
  const metric = control("metric").value;
  one(".price").hidden = metric !== "cost";
  for (const about of all("[data-about]")) about.hidden = about.dataset.about !== metric;
  const worse = new Map(inOrder.map((row) => [row, 0]));
  columns.forEach((scenario, index) => {
    const cells = inOrder.map((row) => ({ row, cell: all("td:not([colspan])", row)[index] })).filter(({ cell }) => cell);
    const hidden = metric !== "" && scenario === "glance"; // there is no mean of it over all scenarios
    for (const element of [one(`thead tr > :nth-child(${index + 2})`, glance), ...cells.map(({ cell }) => cell)]) element.hidden = hidden;
    if (hidden) return;
    for (const { row, cell } of cells) write(cell, metric, amountOf(scenario, metric, row.dataset.cell));
    shade(cells, metric, worse);
  });
  const league = (row) => given.leagues.indexOf(given.cells[places.get(row.dataset.cell)]?.league);
  const ordered = metric ? [...inOrder].sort((a, b) => league(a) - league(b) || worse.get(a) - worse.get(b)) : inOrder;
  one("tbody", glance).append(...ordered);
};

const write = (cell, metric, amount) => {
  cell.dataset.amount = metric ? amount?.value ?? "" : cell.dataset.value;
  if (!metric && relatives.has(cell)) return;
  if (!metric) cell.replaceChildren(...shares.get(cell));
  else if (!amount) cell.replaceChildren(made("span", { className: "na", textContent: "n/a" }));
  else cell.replaceChildren(amount.text, " ", made("span", { className: "interval", textContent: amount.more }));
};

const shade = (cells, metric, worse) => {
  const values = cells.map(({ cell }) => Number(cell.dataset.amount)).filter((value) => value > 0);
  const best = metric ? Math.min(...values) : Math.max(...values);
  for (const { row, cell } of cells) {
    const value = Number(cell.dataset.amount);
    const factor = value > 0 ? (metric ? value / best : best / value) : Number.MAX_VALUE;
    cell.dataset.shade = Math.max(0, SHADES - Math.round(Math.log(factor) / Math.log(STEP)));
    worse.set(row, worse.get(row) + Math.log(factor));
  }
};
