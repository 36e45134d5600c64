// Sorting: what was not measured comes last, whichever way.
const sortable = all("table[data-place]");
const sorts = new Map();
const BEST_IS_MOST = ["rps", "ratio", "blocks", "offered", "achieved"];
const usual = new Map(sortable.map((table) => [table, all("tbody tr", table)]));

const sort = (table, key, direction) => {
  const head = all("th[data-key]", table).find((each) => each.dataset.key === key);
  if (!head) return;
  const number = head.dataset.type === "number";
  const sign = direction === "ascending" ? 1 : -1;
  const compare = (a, b) => number ? a - b : a.localeCompare(b, "en");
  const rows = usual.get(table).map((row, index) => ({ row, index, value: one(`.${key}`, row)?.dataset.value ?? "" }));
  rows.sort((a, b) => (a.value === "") - (b.value === "") || sign * compare(a.value, b.value) || a.index - b.index);
  arrange(table, rows.map((each) => each.row), head, direction);
  if (key === "rank" && direction === "ascending") sorts.delete(table.dataset.place);
  else sorts.set(table.dataset.place, { key, direction });
};
const unsort = (table) => {
  arrange(table, usual.get(table), one("th[data-key=rank]", table), "ascending");
  sorts.delete(table.dataset.place);
};
const arrange = (table, rows, head, direction) => {
  one("tbody", table).append(...rows);
  for (const each of all("th[data-key]", table)) each.setAttribute("aria-sort", each === head ? direction : "none");
  table.classList.toggle("resorted", head?.dataset.key !== "rank" || direction !== "ascending");
};

const clicked = (table, head) => {
  const { key } = head.dataset;
  const now = head.getAttribute("aria-sort");
  const first = BEST_IS_MOST.includes(key) ? "descending" : "ascending";
  sort(table, key, now === "none" ? first : now === "ascending" ? "descending" : "ascending");
  remember();
};
