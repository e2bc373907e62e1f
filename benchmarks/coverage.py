"""How often each interval holds the truth, and how often verdicts raise false alarms.

Run ``python benchmarks/coverage.py``: it prints the tables of docs/statistics.md, by enumeration of
all outcomes where that is possible and by simulation (with its seed) where it is not. About ten
minutes on one core with --runs 400.
"""

import argparse
import itertools
import time

import numpy as np
from scipy.stats import binom

from biasaudit.measures.composites import balanced_accuracy
from biasaudit.measures.counting import Axis, Cells, Counts, GroupCounts
from biasaudit.measures.decomposition import conditional_disparity, kitagawa
from biasaudit.measures.disparities import measure_disparities
from biasaudit.measures.intervals import critical, newcombe, score_of_ratio, wilson
from biasaudit.measures.means import median_interval, moments, welch
from biasaudit.measures.pooling import pool
from biasaudit.measures.simultaneous import holds_range
from biasaudit.results import AttributeFacts, GroupSize

RATES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
SIZES = ((30, 30), (30, 300), (100, 100), (300, 300), (300, 3_000), (3_000, 3_000))
#: Outcomes rarer than this together are left out of an enumeration.
RARE = 1e-7


def support(n, p):
    low, high = (int(binom.ppf(q, n, p)) for q in (RARE, 1 - RARE))
    return np.arange(max(low - 1, 0), min(high + 1, n) + 1)


def row(name, what, found):
    found = np.array(found)
    inside = np.mean((found >= 0.93) & (found <= 0.97))
    print(
        f"| {name} | {what} | {found.mean():.3f} | {found.min():.3f} | {found.max():.3f} | {inside:.0%} |", flush=True
    )


def head(title):
    print(f"\n{title}\n\n| interval | people | mean | least | most | cells in 93-97 % |\n|---|---|---|---|---|---|")


def enumerated():
    head("Enumerated, over rates " + ", ".join(map(str, RATES)) + " on each side")
    for n in (30, 100, 300, 1_000, 3_000):
        found = []
        for p in RATES:
            k = support(n, p)
            low, high = wilson(k, n)
            found.append(binom.pmf(k, n, p)[(low <= p) & (p <= high)].sum())
        row("Wilson (rates, F1)", n, found)
    for n, m in SIZES:
        gaps, ratios, balanced = [], [], []
        for p, q in itertools.product(RATES, RATES):
            k, j = (part.ravel() for part in np.meshgrid(support(n, p), support(m, q)))
            chance = binom.pmf(k, n, p) * binom.pmf(j, m, q)
            low, high = newcombe(k, n, j, m)
            gaps.append(chance[(low <= p - q + 1e-12) & (p - q - 1e-12 <= high)].sum())
            score = score_of_ratio(*(np.asarray(part, dtype=float) for part in (k, n + 0 * k, j, m + 0 * j)), p / q)
            ratios.append(chance[np.abs(score) <= critical(0.95)].sum())
            cells = np.zeros((k.size, 1, 3, 2))
            cells[:, 0, 1, 1], cells[:, 0, 1, 0], cells[:, 0, 0, 0], cells[:, 0, 0, 1] = k, n - k, j, m - j
            by = GroupCounts(groups=("",) * k.size, within=("",), weight=cells, weight_squared=cells, n=cells)
            made = balanced_accuracy(by)
            balanced.append(chance[(made.low <= (p + q) / 2 + 1e-12) & ((p + q) / 2 - 1e-12 <= made.high)].sum())
        for name, found in (("Newcombe (gap)", gaps), ("score (ratio)", ratios), ("balanced accuracy", balanced)):
            row(name, f"{n}, {m}", found)


def simulated(runs, rng):
    head(f"Simulated, {runs:,} runs a cell")
    for groups, n in itertools.product((2, 3, 5, 12), (30, 300, 3_000)):
        cells = []
        for rate in (0.02, 0.1, 0.5, 0.9) if n > 30 else (0.1, 0.5, 0.9):
            for spread in (0.0, min(0.1, rate / 2), min(0.3, rate / 2)):
                p = np.clip(np.linspace(rate - spread / 2, rate + spread / 2, groups), 0, 1)
                hits = 0
                for _ in range(runs):
                    hits += holds_range(rng.binomial(n, p), np.full(groups, n), float(np.ptp(p)))
                cells.append(hits / runs)
        row(f"largest of {groups} groups", n, cells)
    decomposed(runs * 5, rng)
    means(runs * 5, rng)
    for spread in (5.0, 50.0, 1e6):
        cells = []
        for mean in (0.1, 0.3, 0.5):
            n, hits = np.tile([5, 10, 30, 60, 300, 3_000], 2), 0.0
            for _ in range(runs):
                truth = rng.beta(mean * spread, (1 - mean) * spread, n.size)
                found = pool(rng.binomial(n, truth), n)
                hits += ((found.low <= truth) & (truth <= found.high)).mean()
            cells.append(hits / runs)
        row(f"partial pooling, 12 groups, common size {spread:g}", "5 to 3,000", cells)


def decomposed(runs, rng):
    for n in (30, 100, 300, 3_000):
        cells, conditional = [], []
        for _ in range(6):
            w, w0 = rng.dirichlet(np.full(3, 5.0)), rng.dirichlet(np.full(3, 5.0))
            p, p0 = rng.uniform(0.15, 0.85, 3), rng.uniform(0.15, 0.85, 3)
            truth = ((w - w0) @ (p + p0) / 2, (w + w0) @ (p - p0) / 2)
            hits = np.zeros(3)
            for _ in range(runs // 2):
                m, m0 = (rng.multinomial(n, share).astype(float) for share in (w, w0))
                k, k0 = (rng.binomial(size.astype(int), rate) for size, rate in ((m, p), (m0, p0)))
                found = kitagawa(k, m, k0, m0)
                for part in (0, 1):
                    hits[part] += abs(found[part] - truth[part]) <= critical(0.95) * found[part + 2] ** 0.5
                # The disparity that strata of these sizes would have on average over decisions.
                whole, chosen = m + m0, m * p + m0 * p0
                shares = (m - m * p) / (whole - chosen) - m * p / chosen
                weight = whole / whole.sum()
                cdd = conditional_disparity(k, m, k + k0, whole)
                hits[2] += abs(cdd.value - weight @ shares) <= critical(0.95) * cdd.variance**0.5
            cells += list(hits[:2] / (runs // 2))
            conditional.append(hits[2] / (runs // 2))
        row("Kitagawa (both parts)", n, cells)
        row("conditional demographic disparity", n, conditional)


def means(runs, rng):
    for n in (30, 300):
        cells, medians = [], []
        for draw, mean, median in (
            (lambda size: rng.normal(0, 1, size), 0.0, 0.0),
            (lambda size: rng.exponential(1, size), 1.0, np.log(2)),
            (lambda size: rng.uniform(0, 1, size), 0.5, 0.5),
        ):
            hits = np.zeros(2)
            for _ in range(runs):
                values = np.concatenate([draw(n), 3 * draw(2 * n)])
                found = welch(moments(np.repeat([0, 1], [n, 2 * n]), 2, values, np.ones(3 * n)), 0, 1)
                hits[0] += found.low <= mean - 3 * mean <= found.high
                _, low, high = median_interval(values[:n])
                hits[1] += low <= median <= high
            cells.append(hits[0] / runs)
            medians.append(hits[1] / runs)
        row("Welch (normal, exponential, uniform)", f"{n}, {2 * n}", cells)
        row("median", n, medians)


def audit(n, cells):
    """A joint table of groups in six known cells."""
    groups = tuple(f"g{i:02}" for i in range(len(n)))
    counts = Counts(
        axes=(Axis(role="attribute", name="g", levels=groups),),
        tables=(
            Cells(
                places=(0,),
                codes=np.repeat(np.arange(len(n)), 2)[:, None],
                actual=np.tile([0, 1], len(n)),
                weight=cells,
                weight_squared=cells,
                n=cells,
            ),
        ),
        has_actual=True,
        is_weighted=False,
    )
    sizes = tuple(GroupSize(group=group, n=int(size)) for group, size in zip(groups, n, strict=True))
    return counts, AttributeFacts(name="g", columns=("g",), reference=groups[int(np.argmax(n))], groups=sizes)


def alarms(runs, rng):
    print(f"\nFalse alarms: whole audits of data without any gap that say `exceeds` anywhere, {runs:,} audits a cell")
    print("\n| groups | people | rate | tolerance 0 and 1 | default tolerance |\n|---|---|---|---|---|")
    for groups, (small, large), rate in itertools.product((2, 5, 12), ((30, 30), (30, 3_000)), (0.02, 0.3, 0.9)):
        n = np.linspace(small, large, groups).astype(int)
        told = []
        for gap, ratio in ((0.0, 1.0), (0.05, 0.8)):
            hits = 0
            for _ in range(runs):
                positive = rng.binomial(n, 0.4)
                actual = np.stack([n - positive, positive], axis=1).ravel()
                chosen = rng.binomial(actual, rate)
                counts, fact = audit(n, np.stack([actual - chosen, chosen], axis=1).astype(float))
                found = measure_disparities(
                    counts, [fact], level=0.95, tolerance_gap=gap, tolerance_ratio=ratio, minimum_size=30
                )
                # Decisions do not depend on the outcome, so every rate is equal between groups.
                hits += any(one.verdict == "exceeds" for one in found)
            told.append(hits / runs)
        print(f"| {groups} | {small} to {large} | {rate} | {told[0]:.3f} | {told[1]:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulated runs a cell")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, rng = time.perf_counter(), np.random.default_rng(asked.seed)
    enumerated()
    simulated(asked.runs, rng)
    alarms(asked.runs // 2, rng)
    print(f"\n{time.perf_counter() - began:.0f} s, seed {asked.seed}")


if __name__ == "__main__":
    main()
