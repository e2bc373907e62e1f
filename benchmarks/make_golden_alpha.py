"""Writes the golden values of Krippendorff's alpha, from the GPL package `krippendorff` (development only).

python benchmarks/make_golden_alpha.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np

PLACE = Path(__file__).parents[1] / "tests/unit/traces/golden/alpha.json"


def main() -> None:
    rng = np.random.default_rng(20_261_121)
    cases = []
    for level, all_values in (("nominal", (2, 2, 2, 3, 5)), ("ordinal", (3, 5, 7)), ("interval", (2, 3, 5, 9))):
        for values in all_values:
            for _ in range(8):
                labels = int(rng.integers(2, 9))
                counts = rng.multinomial(labels, rng.dirichlet(np.full(values, 0.7)), size=int(rng.integers(3, 30)))
                missing = rng.random(counts.shape) < 0.2
                counts = np.where(missing, 0, counts)
                if (counts.sum(axis=1) < 2).all() or (counts[counts.sum(axis=1) > 1].sum(axis=0) > 0).sum() < 2:
                    continue
                domain = list(range(values))
                if level == "interval":
                    domain = sorted(float(number) for number in rng.choice(1_000, values, replace=False) / 10)
                alpha = krippendorff.alpha(value_counts=counts, value_domain=domain, level_of_measurement=level)
                cases.append({"level": level, "values": domain, "counts": counts.tolist(), "alpha": float(alpha)})
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    head = {"made_with": f"krippendorff {version('krippendorff')}", "cases": cases}
    PLACE.write_text(json.dumps(head) + "\n", encoding="utf-8")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
