"""How many of so many tries."""

from scipy.stats import binom, binomtest

from shared.figures import Figure

SURE = 0.98


def count_figure(name: str, count: int, tries: int) -> Figure:
    """The count, and in as many tries how many to expect with 95 % confidence (Clopper & Pearson 1934)."""
    interval = binomtest(count, tries).proportion_ci(method="exact")
    return Figure(name, count, tries * float(interval.low), tries * float(interval.high))


def most_allowed(tries: int, probability: float) -> int:
    """The count that something of this probability does not exceed in SURE of cases: 4 of 30 for 5 %."""
    return int(binom.ppf(SURE, tries, probability))
