// Two configurations: what was found of them in each scenario, why, and what it would take to decide.
const VERDICTS = { b: (ratio) => ratio >= 1 ? "is faster" : "is slower", t: () => "is tied", u: () => "is undecided so far" }; // b: better, t: tied, u: unresolved
const METRICS = [["cpu", "CPU per request"], ["memory", "memory"], ["p99", "p99"], ["cost", "a million requests"]];
const WITH_INTERVAL = ["p99"]; // beside CPU time stands its ratio to the reference, which is neither of the two

const inWords = (pair, [first, second], rate) => {
  if (!pair) return "one of them has no figure";
  return `${first} answers ${inShort(pair)} the ${rate} of ${second}: it ${VERDICTS[pair.verdict](pair.ratio)}`;
};
const toDecide = (pair) => {
  if (pair?.verdict !== "u") return "";
  if (!pair.more) return "How many more blocks would decide it cannot be said.";
  const minutes = Math.max(1, Math.round(pair.more * given.block_s / 60));
  return `About ${pair.more} more block${pair.more === 1 ? "" : "s"} would decide it (${minutes} min): ${given.resume} --budget ${minutes}m`;
};
const inFull = (metric, amount) => {
  if (!amount) return "n/a";
  return WITH_INTERVAL.includes(metric) && amount.more ? `${amount.text} (${amount.more})` : amount.text;
};
const beside = (scenario, ids) => METRICS.map(([metric, title]) => ({ metric, title, amounts: ids.map((id) => amountOf(scenario, metric, id)) }))
  .filter(({ amounts }) => amounts.some(Boolean))
  .map(({ metric, title, amounts }) => `${title} ${amounts.map((amount) => inFull(metric, amount)).join(" against ")}`)
  .join("; ");

const face = () => {
  const [first, second] = ["a", "b"].map(control);
  const ids = [first.value, second.value];
  const names = [first, second].map((each) => each.selectedOptions[0].textContent);
  const chosen = first.value && second.value && first.value !== second.value;
  one(".share", duel).hidden = !chosen;
  const found = [];
  for (const [id, pairs] of chosen ? Object.entries(given.pairs) : []) {
    const section = document.getElementById(id);
    const pair = pairOf(pairs, ...ids);
    const title = made("strong", { textContent: one("h2 bdi", section).textContent });
    const whys = all("[data-pair]", section).filter((each) => [ids.join(" "), [...ids].reverse().join(" ")].includes(each.dataset.pair));
    found.push(
      made("p", { className: "verdict" }, title, ": ", inWords(pair, names, section.dataset.rate) + "."),
      ...whys.flatMap((why) => all(":scope > p", why).map((each) => each.cloneNode(true))),
      ...[toDecide(pair), pair && beside(id, ids)].filter(Boolean).map((textContent) => made("p", { className: "why", textContent })),
    );
  }
  one(".verdicts", duel).replaceChildren(...found);
  const link = new URL(location.href);
  link.search = new URLSearchParams({ a: first.value, b: second.value });
  link.hash = "duel";
  one(".share input", duel).value = link.href;
};

const copy = async () => {
  const link = one(".share input", duel);
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    one(".copied", duel).textContent = "copied";
  } catch {
    one(".copied", duel).textContent = "press Ctrl+C";
  }
};
