"""How often the intervals of the parts of a gap hold the planted truth, and what a part costs.

Run as ``python benchmarks/causes.py [worlds]``; 200 worlds take some minutes on one core.
"""

from __future__ import annotations

import sys
import time

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import numpy as np
import pandas as pd

from biasaudit.causes import measure_causes
from biasaudit.measures import attribute_facts, count
from biasaudit.plugins import Case
from biasaudit.running.inputs import read_inputs
from biasaudit.running.steps import Run, silent
from biasaudit.spec import declare

#: Parts in the order of the result.
PARTS = ("direct", "unjustified", "justified", "spurious")
DECLARED: dict[str, object] = {
    "schema": 1,
    "audit": {"name": "worlds", "title": "Worlds"},
    "data": {},
    "protected": [{"column": "x", "reference": "0"}],
    "model": {"decision": "y"},
    "causes": {
        "parents": {"x": ["z"], "u": ["x", "z"], "j": ["x", "z"], "y": ["x", "z", "u", "j"]},
        "justified": [{"path": ["x", "j", "y"], "reason": "planted"}],
    },
}


def drawn(rng, n, *, levels, switched=None):
    """Draw people; with ``switched`` draw those of the reference, each arrow out of x switched or not."""
    z = rng.choice([-1.0, 1.0], size=n) if levels else rng.normal(size=n)
    x = rng.random(n) < 1 / (1 + np.exp(0.8 - 0.5 * z))
    if switched is not None:
        z, n = z[~x], int((~x).sum())
        x = np.zeros(n, dtype=bool)
    direct, by_u, by_j = (x, x, x) if switched is None else (np.full(n, one) for one in switched)
    u = 0.4 * z + 0.6 * by_u + rng.normal(size=n)
    j = 0.3 * z - 0.5 * by_j + rng.normal(size=n)
    if levels:
        u, j = (u > 0.2) * 1.0, (j > 0.0) * 1.0
    y = 0.5 * z - 0.6 * direct + 0.6 * u + 0.8 * j + rng.normal(size=n) > 0.2
    return pd.DataFrame({"x": x.astype(int).astype(str), "z": z, "u": u, "j": j, "y": y.astype(int)})


def truth(*, levels):
    """Give the parts of a very large world, drawn under every state."""
    rng = np.random.default_rng(0)
    states = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)]
    means = [drawn(rng, 4_000_000, levels=levels, switched=state)["y"].mean() for state in states]
    whole = drawn(rng, 4_000_000, levels=levels)
    return np.diff([*means, whole["y"][whole["x"] == "1"].mean()])


def parts(frame):
    run = Run(declaration=declare(DECLARED), case=Case(), progress=silent)
    inputs = read_inputs(run, frame, None, trust_pickle=False, relabelled=None)
    spec, decisions = run.declaration.spec, inputs.judgement.decisions
    facts = attribute_facts(count(inputs.judged, decisions.selected, ()), spec)
    started = time.perf_counter()
    _, gaps = measure_causes(inputs.model, inputs.judged, spec, facts, decisions, seed=0)
    taken = time.perf_counter() - started
    return {one.part: one.estimate for one in gaps}, taken


def main(worlds):
    for levels in (False, True):
        planted = truth(levels=levels)
        for n in (400, 1000, 4000):
            hit, shown, widths, spent = (np.zeros(4) for _ in range(4))
            for world in range(worlds):
                found, taken = parts(drawn(np.random.default_rng(1000 + world), n, levels=levels))
                spent += taken
                for at, part in enumerate(PARTS):
                    one = found[part]
                    if one.value is not None:
                        shown[at] += 1
                        hit[at] += one.low <= planted[at] <= one.high
                        widths[at] += one.high - one.low
            print(f"{'levels' if levels else 'numbers'}, {n} people, {worlds} worlds, {spent[0] / worlds:.2f} s each")
            for at, part in enumerate(PARTS):
                covered = f"{hit[at] / shown[at]:.3f}" if shown[at] else "-"
                print(
                    f"  {part}: covered {covered}, shown {shown[at] / worlds:.2f}, width {widths[at] / max(shown[at], 1):.3f}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
