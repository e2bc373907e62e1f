"""Coverage of the intervals of remedies in planted worlds, and how long remedies take on St George's.

``python benchmarks/remedies.py [worlds] [seed]`` draws worlds of 800 people, half of them to learn from: merit makes the
outcome, a name that tells the group lowers it. The change that a remedy brings is known as its mean over all worlds; an
interval covers where it holds that mean.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from biasaudit.data.roles import assign_roles
from biasaudit.measures import attribute_facts, count
from biasaudit.models import judge, make_model
from biasaudit.remedies import drop_way, make_bench, reduction_way, reweighing_way, threshold_optimizer_way, try_ways
from biasaudit.remedies.lines import group_lines_way, share_ways
from biasaudit.remedies.recording import records_of
from biasaudit.results import Fingerprint
from biasaudit.spec import declare

PEOPLE = 800
REPLICATES = 50
AUDIT = {
    "schema": 1,
    "audit": {"name": "world", "title": "World"},
    "data": {
        "outcome": "called",
        "features": ["merit", "name"],
        "split": {"column": "split", "test": "test"},
    },
    "protected": [{"column": "group", "reference": "a"}],
    "model": {"train": "logistic_regression", "share": 0.4},
}


def people(rng: np.random.Generator) -> pd.DataFrame:
    is_b = rng.random(PEOPLE) < 0.4
    merit, name = rng.normal(size=PEOPLE), rng.normal(size=PEOPLE) + 1.5 * is_b
    chance = 1 / (1 + np.exp(-2 * (merit - 0.7 * name)))
    return pd.DataFrame(
        {
            "group": np.where(is_b, "b", "a"),
            "merit": merit,
            "name": name,
            "called": (rng.random(PEOPLE) < chance).astype(int),
            "split": np.where(np.arange(PEOPLE) % 2, "test", "train"),
        }
    )


def one_world(seed: int) -> dict[str, tuple[float, ...]]:
    """Gap, change in the gap and change in accuracy of every remedy, each with its ends."""
    declared = declare(AUDIT)
    source = Fingerprint(role="items", source="world", sha256="0" * 64)
    table = assign_roles(people(np.random.default_rng(seed)), declared, source)
    spec = declared.spec
    model = make_model(table, spec, folder=Path.cwd(), seed=0)
    judgement = judge(model, table.judged(), spec)
    facts = attribute_facts(count(table.judged(), judgement.decisions.selected), spec)
    bench = make_bench(table, spec, facts, model, judgement)
    trainer = model.trainer
    codes = table.attribute("group").codes.astype(np.intp)
    ways = [
        drop_way(bench, model, ["name"]),
        reweighing_way(bench, trainer, codes[trainer.rows], aimed_at="group"),
        group_lines_way(bench, codes[bench.rows], [True, True], aimed_at="group"),
        *share_ways(bench, (0.2,)),
        reduction_way(bench, model, codes[trainer.rows], "demographic_parity", aimed_at="group"),
        threshold_optimizer_way(bench, codes[bench.rows], "demographic_parity", aimed_at="group", seed=seed),
    ]
    tried = try_ways(bench, trainer, ways, replicates=REPLICATES, learning=True, seed=seed, advance=lambda _done: None)
    found = {}
    for one in records_of(bench, tried, facts, level=0.95):
        ends = [(e.value, e.low, e.high) for e in (one.gap, one.change_in_gap, one.change_in_accuracy)]
        found[one.kind] = tuple(number for triple in ends for number in triple)
    return found


def main() -> None:
    worlds, first = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    started = time.process_time()
    drawn: dict[str, list[tuple[float, ...]]] = {}
    for seed in range(first, first + worlds):
        try:
            for kind, numbers in one_world(seed).items():
                drawn.setdefault(kind, []).append(numbers)
        except Exception as error:  # noqa: BLE001 - a method that refuses a world is counted, not hidden
            print("world", seed, "left out:", error)
    print(f"{worlds} worlds, {time.process_time() - started:.0f} s of processor time")
    print(f"{'remedy':20} {'worlds':>6}  coverage of gap, change in gap, change in accuracy; their means")
    for kind, numbers in drawn.items():
        table = np.array(numbers)
        told = []
        for at in (0, 3, 6):
            mean = table[:, at].mean()
            covered = np.mean((table[:, at + 1] <= mean + 1e-12) & (mean - 1e-12 <= table[:, at + 2]))
            told.append(f"{covered * 100:5.1f} % ({mean * 100:+.1f})")
        print(f"{kind:20} {len(table):6d}  " + "  ".join(told))


if __name__ == "__main__":
    main()
