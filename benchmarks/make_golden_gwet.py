"""Writes the golden values of Gwet's AC1 and AC2, from the package `irrCAC` (development only: it pins old releases).

python benchmarks/make_golden_gwet.py
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from irrCAC.raw import CAC

PLACE = Path(__file__).parents[1] / "tests/unit/traces/golden/gwet.json"


def main() -> None:
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20_261_121)
    cases = []
    for kind, weights in (("nominal", "identity"), ("interval", "quadratic")):
        for values in (2, 3, 5):
            for _ in range(6):
                numbers = np.arange(values) if kind == "nominal" else np.sort(rng.choice(20, values, replace=False))
                chances = rng.dirichlet(np.full(values, 0.8), size=int(rng.integers(4, 25)))
                raters = int(rng.integers(2, 7))
                labels = np.stack([rng.choice(values, raters, p=chance) for chance in chances])
                table = np.where(rng.random(labels.shape) < 0.2, np.nan, numbers[labels])
                table = table[~np.isnan(table).all(axis=1)]
                found = CAC(pd.DataFrame(table), weights=weights, categories=[float(one) for one in numbers]).gwet()
                value = float(found["est"]["coefficient_value"])
                if not np.isfinite(value):
                    continue
                counts = [[int((row == number).sum()) for number in numbers] for row in table]
                cases.append({"kind": kind, "values": numbers.tolist(), "counts": counts, "value": value})
    head = {"made_with": f"irrCAC {version('irrCAC')}", "decimals": 5, "cases": cases}
    PLACE.write_text(json.dumps(head) + "\n", encoding="utf-8")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
