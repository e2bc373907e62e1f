"""Does the attribution find what was planted? Prints the table of docs/tracing.md.

Each row is a kind of world, made anew from many seeds. `truth` is what the guilty units add to the gap, worked out
without chance, and `estimate` the mean of what was found; `covered` the share of worlds in which the interval of a
guilty unit holds its truth; `found` the share in which it is flagged; `clean covered` and `clean flagged` the same for
units without a penalty; `any flagged` the share of worlds in which a unit without a penalty is flagged on any
comparison at all. Where only women of B are penalised, truth, covered and found are about them against men of A.

    python benchmarks/tracing.py --worlds 200 --jobs 2
    python benchmarks/tracing.py --only peers
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from joblib import Parallel, delayed

from biasaudit.testing.planted import World
from biasaudit.testing.planted_traces import trace_world, true_attribution

#: Three vendors of equal size, of which one turns 9 in 10 positive labels about group B.
PLAIN = World(penalties={"north": 0.0, "south": 0.0, "east": 0.9}, items=2_000)
LESS = replace(PLAIN, penalties={**PLAIN.penalties, "east": 0.7})
CLEAN = replace(PLAIN, penalties=dict.fromkeys(PLAIN.penalties, 0.0))
SHARED = replace(PLAIN, penalties=dict.fromkeys(PLAIN.penalties, 0.6))
TEN = {f"unit {number:02d}": 0.0 for number in range(10)}
WOMEN = replace(PLAIN, women_only=True, penalties={**PLAIN.penalties, "east": 0.9}, items=4_000)
KINDS = {
    "one guilty unit, gold": (PLAIN, "gold"),
    "one guilty unit, named unit": (PLAIN, "north"),
    "one guilty unit, peers": (PLAIN, "peers"),
    "7 in 10 turned, gold": (LESS, "gold"),
    "7 in 10 turned, named unit": (LESS, "north"),
    "7 in 10 turned, peers": (LESS, "peers"),
    "no guilty unit, gold": (CLEAN, "gold"),
    "no guilty unit, named unit": (CLEAN, "north"),
    "no guilty unit, peers": (CLEAN, "peers"),
    "only women of B, gold": (WOMEN, "gold"),
    "only women of B, and the model sees who they are, gold": (replace(WOMEN, proxy_of_penalised=True), "gold"),
    "all guilty alike, peers": (SHARED, "peers"),
    "ten units, sampled, gold": (replace(PLAIN, penalties={**TEN, "unit 03": 1.0}, items=4_000, share_b=0.5), "gold"),
    "ten units, none guilty, sampled, gold": (replace(PLAIN, penalties=TEN), "gold"),
    "lower merit in B, named unit": (replace(PLAIN, merit_gap=-0.7), "north"),
    "no guilty unit, lower merit in B, gold": (replace(CLEAN, merit_gap=-0.7), "gold"),
    "one unit an item, gold": (replace(PLAIN, overlap=False), "gold"),
    "guilty unit sees B twice as often, gold": (replace(PLAIN, mix={"east": 2.0}), "gold"),
    "annotators differ, gold": (replace(PLAIN, severity=0.5), "gold"),
}


#: Groups on which nobody is penalised where only women of B are.
ELSEWHERE = ("male x B", "female x A")


def one_world(
    seed: int, world: World, reference: str, truth: dict[str, float], drawn: dict[str, int]
) -> dict[str, float]:
    """Trace one world and compare what it says of the planted comparison with the truth."""
    started = time.process_time()
    trace, _ = trace_world(seed, world, reference=reference, **drawn)
    planted = ("sex x group", "female x B") if world.women_only else ("group", "B")
    tally = dict.fromkeys(
        ("guilty", "covered", "found", "clean", "clean_covered", "clean_flagged", "any", "elsewhere"), 0.0
    )
    tally |= {"estimate": 0.0, "seconds": time.process_time() - started}
    is_guilty = {unit: bool(penalty) and reference != "peers" for unit, penalty in world.penalties.items()}
    if reference == "peers" and len(set(world.penalties.values())) > 1:
        is_guilty = {unit: bool(penalty) for unit, penalty in world.penalties.items()}
    for one in trace.attribution:
        is_planted = (one.attribute, one.group) == planted
        for unit in one.units:
            guilty = is_guilty[unit.unit]
            holds = unit.contribution.low <= truth[unit.unit] <= unit.contribution.high
            if is_planted:
                kind = "guilty" if guilty else "clean"
                tally[kind] += 1
                tally["covered" if guilty else "clean_covered"] += holds
                tally["found" if guilty else "clean_flagged"] += unit.flagged
                tally["estimate"] += unit.contribution.value * guilty
            tally["any"] = max(tally["any"], float(unit.flagged and not guilty))
            tally["elsewhere"] += unit.flagged and guilty and one.group in ELSEWHERE
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=20)
    parser.add_argument("--placebos", type=int, default=29)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    drawn = {"replicates": given.replicates, "placebos": given.placebos}
    print(
        "| worlds | truth | estimate | covered | found | clean covered | clean flagged | any flagged | CPU s a world |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (world, reference) in KINDS.items():
        if given.only not in name:
            continue
        truth = true_attribution(world, reference=reference, people=400_000 if len(world.units) < 9 else 200_000)
        tallies = Parallel(n_jobs=given.jobs)(
            delayed(one_world)(seed, world, reference, truth, drawn) for seed in range(given.worlds)
        )
        total = {key: sum(tally[key] for tally in tallies) for key in tallies[0]}
        guilty = sum(truth[unit] for unit, penalty in world.penalties.items() if penalty and unit in truth)

        def share(part: str, whole: str, total: dict[str, float] = total) -> str:
            return f"{total[part] / total[whole]:.3f}" if total[whole] else "–"

        print(
            f"| {name} | {guilty:.4f} | {total['estimate'] / given.worlds:.4f} | {share('covered', 'guilty')} "
            f"| {share('found', 'guilty')} | {share('clean_covered', 'clean')} | {share('clean_flagged', 'clean')} "
            f"| {total['any'] / given.worlds:.3f} | {total['seconds'] / given.worlds:.1f} |",
            flush=True,
        )
        if world.women_only:
            print(f"guilty unit flagged on {ELSEWHERE}, a world: {total['elsewhere'] / given.worlds:.3f}", flush=True)


if __name__ == "__main__":
    main()
