// Filters leave the same configurations in tables, charts, claims and the first screen.
const words = (text) => text.trim().toLowerCase().split(/\s+/).filter(Boolean);
const passing = () => {
  const alternatives = control("q").value.split(",").map(words).filter((each) => each.length);
  const wanted = picks.map((name) => [name, boxField(name).values()]).filter(([, values]) => values.length);
  const kept = given.cells.filter((cell) => {
    const text = [cell.app, cell.server, cell.suffix, cell.interface, cell.language, cell.tier].join(" ").toLowerCase();
    return (!alternatives.length || alternatives.some((all_) => all_.every((word) => text.includes(word))))
      && wanted.every(([name, values]) => values.includes(cell[name]));
  });
  return new Set(kept.map((cell) => cell.id));
};

const filter = () => {
  const kept = passing();
  const best = boxField("best").values().length > 0;
  for (const element of all("[data-cell]")) {
    element.toggleAttribute("hidden", !kept.has(element.dataset.cell) || (best && element.dataset.best === "no"));
  }
  for (const element of all("[data-pair]")) {
    element.toggleAttribute("hidden", !element.dataset.pair.split(" ").every((cell) => kept.has(cell)));
  }
  for (const table of all("table.ranking")) table.nextElementSibling.hidden = all("tbody tr", table).some((row) => !row.hidden);
  for (const pick of all(".pick", tools)) {
    const values = boxField(pick.dataset.name).values();
    one(".picked", pick).textContent = values.length > 1 ? `${values.length} of them` : values[0] ?? "all";
  }
  one(".shown", tools).textContent = `${kept.size} of ${given.cells.length} shown`;
  headline(kept);
};

// The answer is given anew for what is left: by the same verdicts, without those of the others.
const headline = (kept) => {
  const narrowed = kept.size < given.cells.length;
  for (const element of all("#answer .of-all")) element.hidden = narrowed;
  const heading = one("#answer .of-some");
  const list = one("#answer .answers-of-some");
  heading.hidden = list.hidden = !narrowed;
  if (!narrowed) return;
  const found = Object.keys(given.pairs).map((id) => ({ title: one(`[id="${id}"] h2 bdi`).textContent, ...leading(id, kept) }));
  const winners = new Set(found.map((each) => each.winner));
  const [winner] = winners;
  heading.textContent = winners.size === 1 && winner ? `Of the ${kept.size} shown, ${winner} is fastest` : `No single winner of the ${kept.size} shown`;
  list.replaceChildren(...found.map(({ title, says }) => made("div", {}, made("dt", { textContent: title }), made("dd", { textContent: says }))));
};

const leading = (scenario, kept) => {
  const found = given.pairs[scenario];
  const rows = found.cells.map((place) => given.cells[place]).filter((cell) => kept.has(cell.id) && cell.contends);
  const order = given.leagues.find((league) => rows.some((cell) => cell.league === league));
  const [best, ...others] = rows.filter((cell) => cell.league === order);
  if (!best) return { says: "Nothing that is shown has a rank here." };
  if (!others.length) return { says: `${best.label} alone has a rank here.`, winner: best.label };
  const near = others.filter((cell) => pairOf(found, best.id, cell.id)?.verdict !== "b");
  if (near.length) return { says: `${best.label} is not distinguished from ${near.map((cell) => cell.label).join(", ")}.` };
  const next = others[0];
  return { says: `${best.label} answers ${inShort(pairOf(found, best.id, next.id))} the requests of ${next.label}, the next.`, winner: best.label };
};
