// What a reader looks for by its name: which configurations that is, what is nearest to a word that none has, and where they begin.
const words = (text) => text.trim().toLowerCase().split(/\s+/).filter(Boolean);
// Spaces, hyphens and dots in names are soon forgotten: what is compared has none.
const squeezed = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || text.toLowerCase();
const named = (cell) => [cell.app, cell.id.split(".")[0], cell.server, cell.suffix, cell.interface, cell.language, cell.tier];
const texts = new Map(given.cells.map((cell) => [cell, named(cell).filter(Boolean).map(squeezed).join(" ")]));
const has = (cell, word) => texts.get(cell).includes(squeezed(word));

// Words of one alternative must all be found; a comma means or.
const looked = () => control("find").value.split(",").map(words).filter((each) => each.length);
const found = () => {
  const alternatives = looked();
  return given.cells.filter((cell) => !alternatives.length || alternatives.some((each) => each.every((word) => has(cell, word))));
};

// The fewest letters to add, leave out, change or exchange with the next (Damerau 1964, of neighbours alone).
const apart = (one, other) => {
  const rows = [[...Array(other.length + 1).keys()]];
  for (let i = 1; i <= one.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= other.length; j++) {
      const change = one[i - 1] === other[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      rows[i].push(Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change, swapped ? rows[i - 2][j - 2] + 1 : Infinity));
    }
  }
  return rows[one.length][other.length];
};
const NEAREST = 3;
const LONGEST_WORD = 40;
const unlike = (word, name) => Math.min(...[name, ...name.split(/[^\p{L}\p{N}]+/u)].filter(Boolean)
  .map((part) => apart(squeezed(word), squeezed(part)) / Math.max(word.length, part.length)));
const nearest = () => {
  const asked = looked().flat();
  const known = asked.filter((word) => given.cells.some((cell) => has(cell, word)));
  if (known.length === asked.length) return [...new Set(known)].slice(0, NEAREST); // each of them is there, and no configuration has all
  const word = asked.find((each) => !known.includes(each)).slice(0, LONGEST_WORD);
  const names = [...new Set(given.cells.flatMap((cell) => [cell.app, cell.server, cell.interface, cell.tier].filter(Boolean)))];
  const by = new Map(names.map((name) => [name, unlike(word, name)]));
  return names.sort((one, other) => by.get(one) - by.get(other)).slice(0, NEAREST);
};

const finder = one(".find");
const report = (kept) => {
  const [text, all_] = [control("find").value.trim(), given.cells.length];
  const none = !kept.size && text !== "";
  const count = none ? found().length : 0;
  one(".shown", finder).textContent = !none ? (kept.size < all_ ? `${kept.size} of ${all_} configurations` : `${all_} configurations`)
    : count ? `No configuration passes the filters; “${text}” alone has ${count}.` : `No configuration matches “${text}”.`;
  const names = none && !count ? nearest() : [];
  one(".nearest", finder).hidden = !names.length;
  one(".nearest", finder).replaceChildren("Nearest: ", ...names.flatMap((name) => [made("button", { type: "button", textContent: name }), " "]));
};

// Rows of the sections, from the top: the picture above them holds the first few alone.
const first = () => all("main :is(tr, li, details)[data-cell]").find((each) => !each.closest(".lead") && each.checkVisibility());
const jump = () => {
  const row = control("find").value.trim() && first();
  if (!row) return;
  const seen = (element) => { const { top } = element.getBoundingClientRect(); return top >= finder.offsetHeight && top < innerHeight * 0.8; };
  if (seen(row)) return;
  if (!row.closest("#glance")) document.documentElement.classList.remove("brief"); // where it lies is known once all before it is laid out
  const section = row.closest("section");
  const far = row.getBoundingClientRect().top - section.getBoundingClientRect().top > innerHeight / 2;
  (far ? row.closest(".fold, .scroll") ?? row : section).scrollIntoView({ behavior: "instant" });
};
