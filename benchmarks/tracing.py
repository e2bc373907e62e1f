"""Does the attribution find what was planted? Prints the table of docs/tracing.md.

Each row is a kind of world, made anew from many seeds. `covered` is the share of worlds in which the
interval of the guilty unit holds its true contribution, worked out without chance; `clean covered`
the same for the units without a penalty; `found` the share in which the guilty unit is flagged;
`clean flagged` the share of units without a penalty that are flagged (on the planted comparison), and
`any flagged` the share of worlds in which any of them is, on any comparison.

    python benchmarks/tracing.py --worlds 200 --jobs 2
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from joblib import Parallel, delayed

from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world, true_attribution

PLAIN = World()
CLEAN = replace(PLAIN, penalties=dict.fromkeys(PLAIN.penalties, 0.0))
KINDS = {
    "one guilty unit, gold": (PLAIN, "gold"),
    "one guilty unit, named unit": (PLAIN, "north"),
    "one guilty unit, peers": (PLAIN, "peers"),
    "no guilty unit, gold": (CLEAN, "gold"),
    "no guilty unit, named unit": (CLEAN, "north"),
    "no guilty unit, peers": (CLEAN, "peers"),
    "lower merit in B, gold": (replace(PLAIN, merit_gap=-0.7), "gold"),
    "no guilty unit, lower merit in B, gold": (replace(CLEAN, merit_gap=-0.7), "gold"),
    "no guilty unit, lower merit in B, named unit": (replace(CLEAN, merit_gap=-0.7), "north"),
    "one unit an item, gold": (replace(PLAIN, overlap=False), "gold"),
    "annotators differ, gold": (replace(PLAIN, severity=0.5), "gold"),
    "annotators differ, no guilty unit, gold": (replace(CLEAN, severity=0.5), "gold"),
}


def one_world(seed: int, world: World, reference: str, truth: dict[str, float], placebos: int) -> dict[str, float]:
    """Trace one world and compare what it says of group B with the truth."""
    trace, _ = trace_world(seed, world, reference=reference, placebos=placebos)
    found = next(one for one in trace.attribution if (one.attribute, one.group) == ("group", "B"))
    tally = dict.fromkeys(("guilty", "covered", "found", "clean", "clean_covered", "clean_flagged"), 0.0)
    for unit in found.units:
        kind = "guilty" if world.penalties[unit.unit] else "clean"
        holds = unit.contribution.low <= truth[unit.unit] <= unit.contribution.high
        tally[kind] += 1
        tally["covered" if kind == "guilty" else "clean_covered"] += holds
        tally["found" if kind == "guilty" else "clean_flagged"] += unit.flagged
    tally["any"] = float(
        any(unit.flagged and not world.penalties[unit.unit] for one in trace.attribution for unit in one.units)
    )
    tally["estimate"] = sum(unit.contribution.value for unit in found.units if world.penalties[unit.unit])
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--placebos", type=int, default=99)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print(
        "| worlds | truth | mean estimate | covered | found | clean covered | clean flagged | any flagged | s a world |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (world, reference) in KINDS.items():
        if given.only not in name:
            continue
        truth = true_attribution(world, reference=reference, people=400_000)
        started = time.perf_counter()
        tallies = Parallel(n_jobs=given.jobs)(
            delayed(one_world)(seed, world, reference, truth, given.placebos) for seed in range(given.worlds)
        )
        total = {key: sum(tally[key] for tally in tallies) for key in tallies[0]}
        guilty = sum(truth[unit] for unit, penalty in world.penalties.items() if penalty and unit in truth)

        def share(part: str, whole: str, total: dict[str, float] = total) -> str:
            return f"{total[part] / total[whole]:.3f}" if total[whole] else "–"

        seconds = (time.perf_counter() - started) * given.jobs / given.worlds
        print(
            f"| {name} | {guilty:.4f} | {total['estimate'] / given.worlds:.4f} | {share('covered', 'guilty')} "
            f"| {share('found', 'guilty')} | {share('clean_covered', 'clean')} | {share('clean_flagged', 'clean')} "
            f"| {total['any'] / given.worlds:.3f} | {seconds:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
