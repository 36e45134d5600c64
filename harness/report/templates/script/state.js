// What is given, what can be set, and the address, which holds whatever is not at its standard.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const made = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const given = JSON.parse(one("script[type='application/json']").textContent);
const places = new Map(given.cells.map((cell, index) => [cell.id, index]));
const tools = one(".tools");
const duel = one("#duel");
const control = (name) => one(`:is(input, select)[name="${name}"]`);
const standards = { ref: given.reference, price: control("price").defaultValue };

const field = (name) => {
  const element = control(name);
  const standard = standards[name] ?? "";
  const fits = (value) => element.tagName !== "SELECT" || [...element.options].some((option) => option.value === value);
  return {
    name,
    values: () => element.value === standard ? [] : [element.value],
    put: ([value]) => { element.value = value !== undefined && fits(value) ? value : standard; },
  };
};
const boxes = (name) => all(`input[type=checkbox][name="${name}"]`);
const boxField = (name) => ({
  name,
  values: () => boxes(name).filter((box) => box.checked).map((box) => box.value),
  put: (values) => { for (const box of boxes(name)) box.checked = values.includes(box.value); },
});
const picks = all(".pick", tools).map((pick) => pick.dataset.name);
const filterFields = [field("find"), ...picks.map(boxField), boxField("best"), field("ref")];
const fields = [...filterFields, ...["metric", "price", "theme", "a", "b"].map(field)];

const FINDING = "#find=";
const remember = () => {
  const state = new URLSearchParams();
  for (const { name, values } of fields) for (const value of values()) state.append(name, value);
  const anchor = location.hash.startsWith(FINDING) ? "" : location.hash;
  for (const [place, sort] of sorts) state.append("sort", `${place}.${sort.key}.${sort.direction}`);
  // What is looked for is the address's last part, unless a section is.
  const finding = anchor ? "" : state.get("find") ?? "";
  if (finding) state.delete("find");
  const query = state.toString();
  history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + (finding ? FINDING + encodeURIComponent(finding) : anchor));
};

const recall = () => {
  const state = new URLSearchParams(location.search);
  if (location.hash.startsWith(FINDING)) state.set("find", new URLSearchParams(location.hash.slice(1)).get("find"));
  for (const { name, put } of fields) put(state.getAll(name));
  for (const text of state.getAll("sort")) {
    const [place, key, direction] = text.split(".");
    const table = sortable.find((each) => each.dataset.place === place);
    if (table && ["ascending", "descending"].includes(direction)) sort(table, key, direction);
  }
};
