import importlib.util
from pathlib import Path

import numpy as np
import pytest

from biasaudit.measures.intervals import newcombe, score_ratio, wilson
from biasaudit.results import (
    AttributeFacts,
    AuditInfo,
    AuditResult,
    DataFacts,
    Disparity,
    Fingerprint,
    GroupSize,
    Manifest,
    Rate,
    estimated,
    undefined,
)


@pytest.fixture(scope="session")
def invented():
    """The module of invented results of the report's tests."""
    path = Path(__file__).parents[1] / "report" / "invented.py"
    spec = importlib.util.spec_from_file_location("invented_results", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _estimate(value, ends, method, level):
    if not np.isfinite(value):
        return undefined("nobody", method=method, level=level)
    low, high = float(ends.low[0]), float(ends.high[0])
    return estimated(float(value), min(low, value), max(high, value), method=method, level=level)


def _disparity(statistic, own, other, *, group, family):
    (k, n), (q, m) = own, other
    counts = [np.array([float(part)]) for part in (k, n, q, m)]
    make = newcombe if statistic == "gap" else score_ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(
            (np.float64(k) / n - np.float64(q) / m) if statistic == "gap" else np.float64(k) / n / (np.float64(q) / m)
        )
    shown, deciding = (_estimate(value, make(*counts, level), statistic, level) for level in (0.95, 1 - 0.05 / family))
    return Disparity(
        attribute="sex", group=group, reference="men", measure="selection_rate", statistic=statistic,
        estimate=shown, deciding=deciding, n_group=n, n_reference=m, p_value=None, p_adjusted=None,
        verdict="cannot_tell", tolerance=0.05 if statistic == "gap" else 0.8,
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_result():
    """A result of one attribute by its counts: ``make_result(men=(50, 100), women=(30, 100))``."""

    def make(*, sha="a" * 64, minimum=30, **counts):
        others = {group: pair for group, pair in counts.items() if group != "men"}
        disparities = [
            _disparity(statistic, pair, counts["men"], group=group, family=len(others))
            for group, pair in others.items()
            for statistic in ("gap", "ratio")
        ]
        groups = tuple(GroupSize(group=group, n=int(n), n_selected=k) for group, (k, n) in counts.items())
        facts = AttributeFacts(name="sex", columns=("sex",), reference="men", groups=groups)
        people = int(sum(n for _, n in counts.values()))
        return AuditResult(
            status="complete",
            audit=AuditInfo(
                name="calls",
                title="Calls",
                decision="called",
                tolerance_gap=0.05,
                tolerance_ratio=0.8,
                minimum_size=minimum,
            ),
            manifest=Manifest(
                version="0.1.0",
                spec_digest="0" * 64,
                data=(Fingerprint(role="items", source="people.csv", sha256=sha),),
                started="2026-01-01T00:00:00+00:00",
                ended="2026-01-01T00:00:01+00:00",
            ),
            data=DataFacts(rows=people, rows_judged=people, attributes=(facts,)),
            rates=tuple(
                Rate(
                    attribute="sex",
                    group=group,
                    measure="selection_rate",
                    n=n,
                    estimate=estimated(k / n, method="wilson"),
                )
                for group, (k, n) in counts.items()
            ),
            disparities=tuple(disparities),
        )

    return make


@pytest.fixture(scope="session")
def rate():
    """A rate with Wilson's interval."""

    def make(k, n, level=0.95):
        ends = wilson(np.array([float(k)]), np.array([float(n)]), level)
        return _estimate(k / n, ends, "wilson", level)

    return make
