"""Do effects of pools come out as planted, and how long does a million labels take?

`covered` is the share of worlds in which the interval of the guilty pool's effect on group B holds its
true size, by least squares and by the logit; `named` the share in which it is flagged; `others named` the
share of pools without a penalty that are flagged for group B; `false alarms` the share of worlds with any
flag on what nobody planted: any comparison of a clean world, or any other pool.

    python benchmarks/pools.py --worlds 200 --jobs 2
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
from joblib import Parallel, delayed

from biasaudit.results import PoolEffect
from biasaudit.testing.planted import World
from biasaudit.testing.planted_pools import pools_of_world, true_pool_effect
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.pools.layout import lay_out
from biasaudit.traces.pools.linear import linear_slopes
from biasaudit.traces.pools.logit import fit_logit, logit_slopes, null_scores, within_items
from biasaudit.traces.pools.shuffles import shuffled_p

FOUR = World(items=1_200, annotators=8)
TWO = replace(FOUR, items=1_000, penalties={"north": 0.0, "east": 0.4})
KINDS = {
    "no guilty pool, four pools": (
        replace(FOUR, items=600, severity=0.5, penalties=dict.fromkeys(FOUR.units, 0.0)),
        False,
    ),
    "no guilty pool, two pools": (
        replace(TWO, items=600, severity=0.5, penalties=dict.fromkeys(TWO.units, 0.0)),
        False,
    ),
    "one guilty pool of two": (TWO, False),
    "one guilty pool of four": (FOUR, False),
    "women of B only": (replace(FOUR, items=1_500, women_only=True), False),
    "no shared items, gold": (replace(TWO, items=1_200, overlap=False, merit_gap=-0.7), True),
}


def of_world(seed: int, world: World, has_gold: bool) -> tuple[PoolEffect, ...]:  # noqa: FBT001 - called by joblib
    """Measure one world."""
    return pools_of_world(seed, world, has_gold=has_gold).effects


def row(kind: str, worlds: int, jobs: int) -> str:
    """Count over many worlds of one kind."""
    world, has_gold = KINDS[kind]
    found = Parallel(n_jobs=jobs)(delayed(of_world)(seed, world, has_gold) for seed in range(worlds))
    is_guilty = any(world.penalties.values())
    planted = [one for effects in found for one in effects if (one.unit, one.attribute) == ("east", "group")]
    true = true_pool_effect(world, "east")
    # With two pools either is the mirror image of the other; neither is more guilty.
    is_pair = len(world.units) == 2 and not has_gold
    strange = [
        any(one.flagged and (not is_guilty or (one.unit != "east" and not is_pair)) for one in effects)
        for effects in found
    ]
    others = [one.flagged for effects in found for one in effects if one.unit != "east" and one.attribute == "group"]
    covered = [
        np.mean([(e.low or 0.0) <= true <= (e.high or 0.0) for e in (getattr(one, name) for one in planted)])
        for name in ("effect", "logit")
    ]
    means = [np.mean([getattr(one, name).value for one in planted]) for name in ("effect", "logit")]
    return (
        f"| {kind} | {true:.3f} | {means[0]:.3f}, {means[1]:.3f} | {covered[0]:.1%}, {covered[1]:.1%} | "
        f"{np.mean([one.flagged for one in planted]):.1%} | {'-' if is_pair else f'{np.mean(others):.1%}'} | {np.mean(strange):.1%} |"
    )


def seconds(items: int = 200_000, annotators: int = 5_000, votes: int = 5, units: int = 4) -> None:
    """Time both estimators and the shuffles on one comparison of a large log."""
    rng = np.random.default_rng(0)
    item = np.repeat(np.arange(items), votes)
    who = rng.integers(0, annotators, len(item))
    label = (rng.random(len(item)) < 0.4).astype(float)
    ballots = Ballots(rows=np.arange(items), item=item, annotator=who, label=label, source=np.arange(len(item)))
    code = (rng.random(items) < 0.4).astype(np.intp)
    marks = [("start", time.perf_counter())]
    pools = lay_out("vendor", tuple("abcd"[:units]), ballots, who % units)
    marks.append(("layout", time.perf_counter()))
    _, scores = linear_slopes(pools, code == 1, range(units))
    marks.append(("linear, all pools", time.perf_counter()))
    null = fit_logit(pools, label, np.zeros(len(item), dtype=np.intp), 1)
    marks.append(("logit without cells, once a kind", time.perf_counter()))
    cell = pools.unit * 2 + code[pools.item]
    fit = fit_logit(pools, label, cell, units * 2, start=null)
    logit_slopes(pools, fit, (1, 0), in_groups=code, n_groups=2, units=range(units))
    marks.append(("logit, all pools", time.perf_counter()))
    more = null_scores(pools, within_items(pools, null), null.curvature, code[pools.item] == 1)
    tests = [(column, unit) for column in (0, 1) for unit in range(units)]
    shuffled_p(np.column_stack([scores, more]), pools.unit_of_block, tests, shuffles=999, seed=0)
    marks.append(("999 shuffles of both", time.perf_counter()))
    print(f"{len(item):,} labels, {items:,} items, {annotators:,} annotators, {units} pools, one comparison:")
    for (_, before), (name, after) in pairwise(marks):
        print(f"  {name}: {after - before:.2f} s")
    print(f"  together: {marks[-1][1] - marks[0][1]:.2f} s")


def main() -> None:
    """Print the table, then the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    print("| world | planted | mean estimate (linear, logit) | covered | named | others named | false alarms |")
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        print(row(kind, arguments.worlds, arguments.jobs), flush=True)
    seconds()
    seconds(items=1_000, annotators=1_000, votes=20, units=2)


if __name__ == "__main__":
    main()
