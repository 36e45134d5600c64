"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const given = JSON.parse(one("script[type='application/json']").textContent);
  const places = new Map(given.cells.map((cell, index) => [cell.id, index]));
  const tools = one(".tools");
  const duel = one("#duel");
  const controls = [...all("input, select", tools), ...all("select", duel), one("select[name=theme]")];
  const tables = all("table.ranking");
  const filters = controls.filter((control) => !["q", "best", "ref", "theme", "a", "b"].includes(control.name));
  for (const works of all(".scripted")) works.hidden = false;
  for (const plain of all(".plain")) plain.hidden = true;

  // The state lives in the address: what is not at its default is there, and nothing else.
  const control = (name) => controls.find((each) => each.name === name);
  const standard = (each) => each.type === "checkbox" ? "" : each.name === "ref" ? given.reference : "";
  const valueOf = (each) => each.type === "checkbox" ? (each.checked ? "yes" : "") : each.value;
  const put = (each, value) => {
    if (each.type === "checkbox") each.checked = value === "yes";
    else if (each.tagName !== "SELECT" || [...each.options].some((option) => option.value === value)) each.value = value;
  };
  const sorts = new Map();
  const placeOf = (table) => `${table.dataset.scenario}_${table.dataset.league}`;

  const remember = () => {
    const state = new URLSearchParams();
    for (const each of controls) if (valueOf(each) !== standard(each)) state.set(each.name, valueOf(each));
    for (const [place, sort] of sorts) state.append("sort", `${place}.${sort.key}.${sort.direction}`);
    const query = state.toString();
    history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + location.hash);
  };

  const recall = () => {
    const state = new URLSearchParams(location.search);
    for (const each of controls) put(each, state.get(each.name) ?? standard(each));
    for (const text of state.getAll("sort")) {
      const [place, key, direction] = text.split(".");
      const table = tables.find((each) => placeOf(each) === place);
      if (table && ["ascending", "descending"].includes(direction)) sort(table, key, direction);
    }
  };

  // Filters hide rows of every table alike.
  const passes = (element) => {
    const words = control("q").value.trim().toLowerCase();
    const cell = { ...given.cells[places.get(element.dataset.cell)], app: element.dataset.app };
    const text = [cell.app, cell.server, cell.interface, cell.language, cell.tier].join(" ").toLowerCase();
    const best = !control("best").checked || element.dataset.best !== "no";
    return best && words.split(/\s+/).every((word) => text.includes(word))
      && filters.every((each) => !each.value || cell[each.name] === each.value);
  };

  const filter = () => {
    for (const element of all("[data-cell]")) element.hidden = !passes(element);
    for (const table of tables) {
      table.nextElementSibling.hidden = all("tbody tr", table).some((row) => !row.hidden);
    }
    const cells = all(".glance tbody tr");
    one(".shown", tools).textContent = `${cells.filter((cell) => !cell.hidden).length} of ${cells.length} shown`;
  };

  // Ratios to the chosen reference, with the intervals that the analysis gave every pair; bars follow them.
  const times = (ratio) => ratio.toFixed(ratio >= 1 ? 2 : ratio >= 0.1 ? 3 : 4) + "×";
  const bounds = (low, high) => `${times(low).slice(0, -1)}–${times(high).slice(0, -1)}`;
  const pairOf = (scenario, cell, other) => {
    const { cells, speeds, spreads, verdicts } = given.pairs[scenario];
    const [here, there] = [cell, other].map((id) => cells.indexOf(places.get(id)));
    if (!speeds[here] || !speeds[there]) return undefined;
    const ratio = speeds[here] / speeds[there];
    const [row, column] = [Math.min(here, there), Math.max(here, there)];
    const place = row * cells.length - row * (row + 1) / 2 + column - row - 1;
    const spread = spreads[place];
    return { ratio, low: spread && ratio / spread, high: spread && ratio * spread, verdict: verdicts[place] };
  };
  const written = new Map(all("td.ratio").map((cell) => [cell, { nodes: [...cell.childNodes], value: cell.dataset.value }]));

  const relate = () => {
    const chosen = control("ref");
    for (const name of all(".reference-name")) name.textContent = chosen.selectedOptions[0].textContent;
    for (const section of all(".scenario")) {
      const found = all("table.ranking tbody tr", section).map((row) => [
        one("td.ratio", row),
        row.dataset.cell === chosen.value ? { ratio: 1, own: true } : pairOf(section.id, row.dataset.cell, chosen.value),
      ]);
      const longest = Math.max(...found.map(([, pair]) => pair ? pair.high ?? pair.ratio : 0));
      for (const [cell, pair] of found) {
        if (chosen.value === given.reference) restore(cell);
        else write(cell, pair, longest);
      }
    }
  };

  const restore = (cell) => {
    cell.replaceChildren(...written.get(cell).nodes);
    cell.dataset.value = written.get(cell).value;
  };

  const write = (cell, pair, longest) => {
    const text = Object.assign(document.createElement("span"), { className: "ratio-text" });
    const part = (kind, says) => text.append(Object.assign(document.createElement("span"), { className: kind, textContent: says }), " ");
    part(pair ? "value" : "na", pair ? times(pair.ratio) : "n/a");
    if (!pair) part("why", "the reference has no figure here");
    else if (pair.own) part("interval", "the reference");
    else if (pair.low) part("interval", bounds(pair.low, pair.high));
    else part("why", "too few blocks for an interval");
    cell.dataset.value = pair ? pair.ratio : "";
    cell.replaceChildren(text, ...(pair ? [bar(pair, longest)] : []));
  };

  // Two configurations: what was found of them in each scenario, and why, where both were profiled.
  const words = { b: (ratio) => ratio >= 1 ? "is faster" : "is slower", t: () => "is tied", u: () => "is undecided so far" };
  const inWords = (section, one_, other) => {
    const pair = pairOf(section.id, one_.value, other.value);
    const [first, second] = [one_, other].map((each) => each.selectedOptions[0].textContent);
    if (!pair) return "one of them has no figure";
    const within = pair.low ? ` (${bounds(pair.low, pair.high)})` : "";
    return `${first} answers ${times(pair.ratio)}${within} the requests per second of ${second}: it ${words[pair.verdict](pair.ratio)}`;
  };
  const face = () => {
    const [first, second] = [control("a"), control("b")];
    const found = [];
    const chosen = first.value && second.value && first.value !== second.value;
    for (const section of chosen ? Object.keys(given.pairs).map((id) => document.getElementById(id)) : []) {
      const line = Object.assign(document.createElement("p"), { textContent: inWords(section, first, second) + "." });
      line.prepend(Object.assign(document.createElement("strong"), { textContent: one("h2 bdi", section).textContent }), ": ");
      const pairs = [`${first.value} ${second.value}`, `${second.value} ${first.value}`];
      found.push(line, ...all("p[data-pair]", section).filter((each) => pairs.includes(each.dataset.pair)).map((each) => each.cloneNode(true)));
    }
    one(".verdicts", duel).replaceChildren(...found);
  };

  const drawn = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const bar = ({ ratio, low, high }, longest) => {
    const at = (value) => `${(100 * value / longest).toFixed(2)}%`;
    const svg = drawn("svg", { class: "bar", "aria-hidden": "true" });
    svg.append(drawn("rect", { width: at(ratio) }));
    if (low) svg.append(drawn("use", { href: "#whisker", x: at(low), width: at(high - low) }));
    return svg;
  };

  // Sorting: what was not measured comes last, whichever way.
  const sort = (table, key, direction) => {
    const head = all("th[data-key]", table).find((each) => each.dataset.key === key);
    if (!head) return;
    const number = head.dataset.type === "number";
    const sign = direction === "ascending" ? 1 : -1;
    const valueIn = (row) => one(`.${key}`, row).dataset.value;
    const compare = (a, b) => number ? a - b : a.localeCompare(b, "en");
    const rows = all("tbody tr", table).map((row, index) => ({ row, index, value: valueIn(row) }));
    rows.sort((a, b) => (a.value === "") - (b.value === "") || sign * compare(a.value, b.value) || a.index - b.index);
    one("tbody", table).append(...rows.map((each) => each.row));
    for (const each of all("th[data-key]", table)) each.setAttribute("aria-sort", each === head ? direction : "none");
    const first = key === "rank" && direction === "ascending";
    table.classList.toggle("resorted", !first);
    if (first) sorts.delete(placeOf(table));
    else sorts.set(placeOf(table), { key, direction });
  };

  const firstDirection = (key) => ["rps", "ratio", "blocks"].includes(key) ? "descending" : "ascending";
  const clicked = (table, head) => {
    const now = head.getAttribute("aria-sort");
    const next = now === "none" ? firstDirection(head.dataset.key) : now === "ascending" ? "descending" : "ascending";
    sort(table, head.dataset.key, next);
    remember();
  };

  const colour = () => { document.documentElement.dataset.theme = control("theme").value; };
  const refresh = () => { filter(); relate(); face(); colour(); };
  const openTarget = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };

  for (const table of tables) {
    for (const head of all("th[data-key]", table)) one(".sort", head).addEventListener("click", () => clicked(table, head));
  }
  for (const place of [tools, duel, one(".theme")]) place.addEventListener("input", () => { refresh(); remember(); });
  one(".reset", tools).addEventListener("click", () => {
    for (const each of controls) if (tools.contains(each)) put(each, standard(each));
    for (const table of tables) sort(table, "rank", "ascending");
    refresh();
    remember();
  });
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => { for (const each of all("details")) each.open = true; });
  recall();
  refresh();
  openTarget();
})();
