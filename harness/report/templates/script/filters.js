// Filters leave the same configurations in tables, charts, claims and the first screen.
const passing = () => {
  const wanted = picks.map((name) => [name, boxField(name).values()]).filter(([, values]) => values.length);
  return new Set(found().filter((cell) => wanted.every(([name, values]) => values.includes(cell[name]))).map((cell) => cell.id));
};

const some_ = (ids, kept) => ids.split(" ").some((id) => kept.has(id));
const filter = () => {
  const kept = passing();
  const best = boxField("best").values().length > 0;
  for (const element of all("[data-cell]")) {
    element.toggleAttribute("hidden", !kept.has(element.dataset.cell) || (best && element.dataset.best === "no"));
  }
  for (const element of all("[data-any]")) element.toggleAttribute("hidden", kept.size < given.cells.length && !some_(element.dataset.any, kept));
  for (const element of all("[data-pair]")) {
    element.toggleAttribute("hidden", !element.dataset.pair.split(" ").every((cell) => kept.has(cell)));
  }
  for (const table of all("table.ranking, table.lead")) {
    table.hidden = all("tbody tr", table).every((row) => row.hidden);
    table.nextElementSibling.hidden = table.matches(".lead") ? table.hidden : !table.hidden; // its caption, or what says that there is nothing
  }
  for (const figure of all("figure:has([data-cell])")) figure.hidden = !one("[data-cell]:not([hidden])", figure);
  for (const pick of all(".pick", tools)) {
    const values = boxField(pick.dataset.name).values();
    one(".picked", pick).textContent = values.length > 1 ? `${values.length} of them` : values[0] ?? "all";
  }
  report(kept);
  headline(kept);
};

// The answer is given anew for what is left: by the same verdicts, without those of the others.
const headline = (kept) => {
  const narrowed = kept.size < given.cells.length;
  leftOut(kept);
  for (const element of all("#answer .of-all")) element.hidden = narrowed;
  const heading = one("#answer .of-some");
  const list = one("#answer .answers-of-some");
  heading.hidden = list.hidden = !narrowed;
  if (!narrowed) return;
  const scenarios = Object.keys(given.pairs).map((id) => ({ title: one(`[id="${id}"] h2 bdi`).textContent, ...leading(id, kept) }));
  const winners = new Set(scenarios.map((each) => each.winner));
  const [winner] = winners;
  const [only] = kept.size === 1 ? given.cells.filter((cell) => kept.has(cell.id)) : [];
  const is = scenarios.some((each) => each.estimate) ? "looks" : "is";
  heading.textContent = only ? only.label : !kept.size ? "No configuration is shown"
    : winners.size === 1 && winner ? `Of the ${kept.size} shown, ${winner} ${is} fastest` : `No single winner of the ${kept.size} shown`;
  list.replaceChildren(...scenarios.map(({ title, says }) => made("div", {}, made("dt", { textContent: title }), made("dd", { textContent: says }))));
};

// How many the first picture leaves out of those that are shown.
const leftOut = (kept) => {
  const table = one("table.lead");
  const span = one(".left-out");
  if (!table || !span) return;
  const rows = all("tbody tr", table).map((row) => row.dataset.cell);
  const league = given.cells[places.get(rows[0])].league;
  const ranked = (table.dataset.scope === "overall" ? given.overall : given.pairs[table.dataset.scope]).cells.map((place) => given.cells[place]);
  const more = ranked.filter((cell) => cell.contends && cell.league === league && kept.has(cell.id) && !rows.includes(cell.id)).length;
  span.hidden = !more;
  span.firstChild.textContent = `${more} more `;
};

// A place among all of its league, also where some of them are hidden.
const standing = (scenario, cell) => {
  const row = all(`table.ranking[data-scenario="${scenario}"] tr[data-cell]`).find((each) => each.dataset.cell === cell.id);
  const ranked = usual.get(row.closest("table")).filter((each) => !one("td.rank .unseen", each));
  if (one(`[id="${scenario}"] h2 .badge`)) return `at place ${ranked.indexOf(row) + 1} of ${ranked.length} as seen`;
  return `rank ${one("td.rank", row).textContent.trim()} of ${ranked.length}`;
};

const NAMED = 4;
const listed = (names) => names.length > NAMED + 1 ? `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} others` : names.join(", ");
const leading = (scenario, kept) => {
  const pairs = given.pairs[scenario];
  const estimate = Boolean(one(`[id="${scenario}"] h2 .badge`));
  const rows = pairs.cells.map((place) => given.cells[place]).filter((cell) => kept.has(cell.id) && cell.contends);
  const order = given.leagues.find((league) => rows.some((cell) => cell.league === league));
  const [best, ...others] = rows.filter((cell) => cell.league === order);
  if (!best) return { says: "Nothing that is shown has a rank here.", estimate };
  const it = `${best.label} (${standing(scenario, best)})`;
  if (!others.length) return { says: `${it}.`, winner: best.label, estimate };
  const near = others.filter((cell) => pairOf(pairs, best.id, cell.id)?.verdict !== "b");
  if (near.length && !estimate) return { says: `${it} is not distinguished from ${listed(near.map((cell) => cell.label))}.`, estimate };
  const next = others[0];
  return { says: `${it} ${estimate ? "seems to answer" : "answers"} ${inShort(pairOf(pairs, best.id, next.id))} the requests of ${next.label}, the next.`, winner: best.label, estimate };
};
