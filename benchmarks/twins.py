"""How honest the intervals of gaps to near twins are, where the gap among people alike is planted.

Run ``python benchmarks/twins.py --worlds 200``: it prints the table of docs/drivers.md. Decisions depend on the first of
some numbers, whose mean lies lower in the group by `shift` standard deviations, and on the group itself by `gap`.
"""

import argparse
import sys

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import numpy as np
import pandas as pd

from biasaudit.data.roles import assign_roles
from biasaudit.drivers import match_pairs
from biasaudit.measures import attribute_facts, count
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

AUDIT = {
    "schema": 1,
    "audit": {"name": "w", "title": "w"},
    "data": {},
    "protected": [{"column": "group", "reference": "r"}],
    "model": {"decision": "selected"},
}


def world(seed, n, numbers, shift, gap):
    rng = np.random.default_rng(seed)
    inside = rng.random(n) < 0.4
    frame = pd.DataFrame({f"x{place}": rng.normal(size=n) for place in range(numbers)})
    frame["x0"] -= shift * inside
    chance = np.clip(0.5 + 0.15 * frame["x0"] + gap * inside, 0, 1)
    return frame.assign(group=np.where(inside, "g", "r"), selected=(rng.random(n) < chance).astype(int))


def measured(frame):
    declaration = declare(AUDIT)
    table = assign_roles(frame, declaration, Fingerprint(role="items", source="made", sha256="0" * 64))
    selected = frame["selected"].to_numpy(dtype=float)
    facts = attribute_facts(count(table, selected, ()), declaration.spec)
    return match_pairs(table, selected, None, declaration.spec, facts, seed=0)[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--people", type=int, default=600)
    arguments = parser.parse_args()
    print("| numbers | shift | planted gap | covered | told from none | have a twin |\n|---|---|---|---|---|---|")
    for numbers in (1, 4):
        for shift in (0.0, 0.5, 1.0):
            for gap in (0.0, -0.15):
                found = [
                    measured(world(seed, arguments.people, numbers, shift, gap)) for seed in range(arguments.worlds)
                ]
                covered = np.mean([one.gap.low <= gap <= one.gap.high for one in found])
                told = np.mean([one.p_value is not None and one.p_value <= 0.05 for one in found])
                twins = np.mean([one.n_group / one.n for one in found])
                print(f"| {numbers} | {shift} | {gap} | {covered:.1%} | {told:.1%} | {twins:.0%} |", flush=True)


if __name__ == "__main__":
    main()
