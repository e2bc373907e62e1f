"""How often a comparison of two results says that a gap moved: where none did, and where one did.

Counts are drawn for a reference and some groups, twice, and the two gaps of each group are compared as
``biasaudit.results.compare_results`` does. ``--same`` draws the second decisions on the same people:
a decision stays with probability 0.8, and is drawn anew else.

    python benchmarks/changes.py --runs 4000
    python benchmarks/changes.py --runs 400 --same
"""

from __future__ import annotations

import argparse

import numpy as np

from biasaudit.measures.intervals import newcombe
from biasaudit.results import Estimate
from biasaudit.results.exact import drawn_out
from biasaudit.results.moving import difference, growth

#: Chance that a decision on the same person is the same in both results, before any is drawn anew.
KEPT = 0.8
SIZES = ((50, 200), (200, 800), (1000, 4000))
RATES = ((0.5, 0.5), (0.4, 0.5), (0.1, 0.2))
PLANTED = -0.08


def estimates(k, n, q, m, level):
    """Give one gap an audit and group, with the interval that decides."""
    low, high = newcombe(k, n, q, m, level)
    value = k / n - q / m
    low, high = np.fmin(low, value), np.fmax(high, value)
    return [
        [Estimate(value=v, low=a, high=b, method="newcombe", level=level) for v, a, b in zip(*row, strict=True)]
        for row in zip(value.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def movement(after, before, counts):
    """Say what a gap did, as a comparison does."""
    grown, moved = (drawn_out(taken(after, before), counts, none=0.0) for taken in (growth, difference))
    if grown.low > 0:
        return "wider"
    return "moved" if grown.high < 0 or moved.low > 0 or moved.high < 0 else ""


def drawn(rng, runs, groups, *, sizes, rates, shift, same):
    """Draw counts of groups and reference before and after."""
    (n, m), (p, q) = sizes, rates
    if not same:
        before = rng.binomial(n, p, (runs, groups)), rng.binomial(m, q, (runs, 1))
        return before, (rng.binomial(n, p + shift, (runs, groups)), rng.binomial(m, q, (runs, 1)))

    def twice(rate, people, columns, drop):
        first = rng.random((runs, columns, people)) < rate
        second = np.where(rng.random(first.shape) < KEPT, first, rng.random(first.shape) < rate)
        second &= rng.random(first.shape) >= drop
        return first.sum(2), second.sum(2)

    group, reference = twice(p, n, groups, -shift / p), twice(q, m, 1, 0.0)
    return (group[0], reference[0]), (group[1], reference[1])


def shares(rng, runs, groups, *, sizes, rates, shift, same):
    """Give the share of comparisons that say *wider* anywhere, and that say anything."""
    level = 1 - 0.05 / groups
    (n, m), drawings = sizes, drawn(rng, runs, groups, sizes=sizes, rates=rates, shift=shift, same=same)
    (k_before, q_before), (k, q) = ((own, np.broadcast_to(other, own.shape)) for own, other in drawings)
    before, after = estimates(k_before, n, q_before, m, level), estimates(k, n, q, m, level)
    said = [
        {
            movement(
                after[run][at],
                before[run][at],
                [(int(k[run, at]), n, int(k_before[run, at]), n), (int(q[run, at]), m, int(q_before[run, at]), m)],
            )
            for at in range(groups)
        }
        for run in range(runs)
    ]
    return np.mean(["wider" in each for each in said]), np.mean([bool(each - {""}) for each in said])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=1000)
    options.add_argument("--same", action="store_true")
    asked = options.parse_args()
    rng = np.random.default_rng(1)
    print("people  groups  rates       none moved: wider  anything   8 in 100 planted: wider")
    for sizes in SIZES[:2] if asked.same else SIZES:
        for groups in (1, 5):
            for rates in RATES:
                world = {"sizes": sizes, "rates": rates, "same": asked.same}
                quiet = shares(rng, asked.runs, groups, shift=0.0, **world)
                found = shares(rng, asked.runs, groups, shift=PLANTED, **world)
                print(
                    f"{sizes[0]:6d}  {groups:6d}  {rates}  {quiet[0]:17.3f}  {quiet[1]:8.3f}  {found[0]:24.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
