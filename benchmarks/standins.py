"""How often chance is taken for a stand-in, and how well planted ones are found, where the truth is known.

Run ``python benchmarks/standins.py --worlds 200``: it prints the tables of docs/drivers.md. In every world the outcome
depends on one number alone, `merit`; `idle` tells nothing and does nothing, `mark` tells the group with the strength
that the row names, and `address` does both: it tells the group and the outcome depends on it.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.pop(0)  # this folder holds a coverage.py, which numba would take for the package of that name

import numpy as np
import pandas as pd
from scipy.stats import norm

from biasaudit.data.roles import assign_roles
from biasaudit.drivers import explain_gaps, measure_proxies
from biasaudit.findings import ba402_stand_ins
from biasaudit.measures import attribute_facts, count
from biasaudit.models import judge, make_model
from biasaudit.results import AuditResult, Fingerprint
from biasaudit.running.manifest import audit_info
from biasaudit.spec import declare


def world(seed, n, shift):
    """People of two groups; the mean of mark and of address differs by shift standard deviations."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, n)
    merit, address = rng.normal(size=n), rng.normal(size=n) + shift * group
    line = 1.2 * merit - 1.2 * (address - shift / 2)
    return pd.DataFrame(
        {
            "group": np.where(group == 1, "g", "r"),
            "merit": merit,
            "address": address,
            "mark": rng.normal(size=n) + shift * group,
            "idle": rng.normal(size=n),
            "outcome": (rng.random(n) < 1 / (1 + np.exp(-line))).astype(int),
        }
    )


AUDIT = {
    "schema": 1,
    "audit": {"name": "w", "title": "w"},
    "data": {
        "outcome": "outcome",
        "features": ["merit", "address", "mark", "idle"],
        "split": {"test_share": 0.5, "seed": 1},
    },
    "protected": [{"column": "group", "reference": "r"}],
    "model": {"train": "logistic_regression", "threshold": 0.5},
}


def measured(frame):
    """Stand-ins and what BA402 says, without the other steps of a run."""
    declaration = declare(AUDIT)
    spec = declaration.spec
    table = assign_roles(frame, declaration, Fingerprint(role="items", source="made", sha256="0" * 64))
    judged, model = table.judged(), make_model(table, spec, folder=Path(), seed=0)
    decisions = judge(model, judged, spec).decisions
    facts = attribute_facts(count(judged, decisions.selected, ()), spec)
    proxies = measure_proxies(table, facts, table.features, seed=0)
    drivers, totals = explain_gaps(model, judged, facts, seed=0, decisions=decisions)
    result = AuditResult.model_construct(
        audit=audit_info(spec), proxies=proxies, drivers=drivers, driver_totals=totals, steps=()
    )
    return proxies, ba402_stand_ins.check(result)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--people", type=int, default=1200)
    arguments = parser.parse_args()
    print(
        "| planted strength | column | covered | below 0.05 | adjusted below 0.05 | named by BA402 |\n|---|---|---|---|---|---|"
    )
    for shift in (0.0, 0.3, 1.0):
        planted = 2 * norm.cdf(shift / np.sqrt(2)) - 1
        tally = {name: [] for name in ("merit", "address", "mark", "idle", "all features together")}
        began = time.perf_counter()
        for seed in range(arguments.worlds):
            proxies, findings = measured(world(seed, arguments.people, shift))
            named = [one.claim for one in findings if one.outcome == "found"]
            for proxy in proxies:
                truth = planted if proxy.feature in ("address", "mark") else 0.0
                e = proxy.strength
                tally[proxy.feature].append(
                    (
                        e.low <= truth <= e.high,
                        proxy.p_value <= 0.05,
                        proxy.p_adjusted <= 0.05,
                        any(claim.lower().startswith(proxy.feature) for claim in named),
                    )
                )
        for name, found in tally.items():
            covered, low, adjusted, called = np.mean(found, axis=0)
            covered = "" if name.startswith("all") else f"{covered:.1%}"
            print(f"| {planted:.2f} | {name} | {covered} | {low:.1%} | {adjusted:.1%} | {called:.1%} |", flush=True)
        print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
