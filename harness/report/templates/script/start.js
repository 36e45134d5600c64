// What a reader does, and what follows from it.
const colour = () => { document.documentElement.dataset.theme = control("theme").value; };
const refresh = () => { relate(); show(); filter(); face(); colour(); };
const openTarget = () => {
  if (location.hash.startsWith(FINDING)) return;
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  document.documentElement.classList.remove("brief"); // where it lies is known once all before it is laid out
  target.scrollIntoView();
};
const light = (event) => {
  const cell = event.target.closest?.("[data-cell]")?.dataset.cell;
  if (document.documentElement.dataset.lit === cell) return;
  for (const element of all(".lit")) element.classList.remove("lit");
  document.documentElement.dataset.lit = cell ?? "";
  if (cell) for (const element of all("[data-cell]").filter((each) => each.dataset.cell === cell)) element.classList.add("lit");
};

for (const works of all(".scripted")) works.hidden = false;
for (const plain of all(".plain")) plain.setAttribute("hidden", "");
for (const table of sortable) {
  for (const head of all("th[data-key]", table)) one(".sort", head).addEventListener("click", () => clicked(table, head));
}
const find = (text) => {
  control("find").value = text;
  filter();
  remember();
  jump();
};
const typing = (element) => element.isContentEditable || element.matches("select, textarea, input:not([type=checkbox])");

for (const place of [tools, duel, one(".theme"), one(".metric")]) {
  place.addEventListener("input", () => { refresh(); remember(); });
}
control("find").addEventListener("input", (event) => find(event.target.value));
control("find").addEventListener("keydown", (event) => {
  if (event.key === "Escape") find("");
  if (event.key === "Enter") one("a, summary", first() ?? finder)?.focus();
});
one(".nearest", finder).addEventListener("click", (event) => {
  if (event.target.tagName !== "BUTTON") return;
  find(event.target.textContent);
  control("find").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  event.preventDefault();
  control("find").select();
});
one(".reset", tools).addEventListener("click", () => {
  for (const { put } of filterFields) put([]);
  for (const table of sortable) unsort(table);
  refresh();
  remember();
});
one(".copy", duel).addEventListener("click", copy);
document.addEventListener("pointerover", light);
document.addEventListener("click", (event) => {
  for (const pick of all(".pick[open]")) if (!pick.contains(event.target)) pick.open = false;
});
addEventListener("hashchange", () => {
  if (location.hash.startsWith(FINDING)) recall();
  refresh();
  remember();
  openTarget();
  if (location.hash.startsWith(FINDING)) jump();
});
recall();
refresh();
openTarget();
if (!location.hash || location.hash.startsWith(FINDING)) jump();
