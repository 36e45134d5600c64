// What a reader does, and what follows from it.
const colour = () => { document.documentElement.dataset.theme = control("theme").value; };
const refresh = () => { relate(); show(); filter(); face(); colour(); };
const openTarget = () => {
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
for (const place of [tools, duel, one(".theme"), one(".metric")]) {
  place.addEventListener("input", () => { refresh(); remember(); });
}
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
addEventListener("hashchange", openTarget);
recall();
refresh();
openTarget();
