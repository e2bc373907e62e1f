"""An audit of decisions made elsewhere is the same result, whether its table is loaded or counted where it lives."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from biasaudit.engine import run
from biasaudit.running import counted, inputs


@pytest.fixture
def frame():
    rng = np.random.default_rng(8)
    n = 3_000
    return pd.DataFrame(
        {
            "sex": rng.choice(["f", "m", None], n, p=[0.5, 0.45, 0.05]),
            "origin": rng.choice(["here", "elsewhere"], n),
            "office": rng.choice(["a", "b"], n),
            "year": rng.choice([1982, 1983], n),
            "hired": rng.integers(0, 2, n),
            "points": np.round(rng.normal(size=n), 2),
            "called": rng.integers(0, 2, n),
        }
    )


def _plain(frame):
    """The same rows as polars holds them: missing is null."""
    return pl.DataFrame({name: [None if value != value else value for value in frame[name].tolist()] for name in frame})  # noqa: PLR0124


def _audit(**more):
    return {
        "schema": 1,
        "audit": {"name": "calls", "title": "Who is called?"},
        "data": {"outcome": "hired", "strata": ["office"], "period": "year", **more.pop("data", {})},
        "protected": [{"column": "sex"}, {"column": "origin"}],
        "groups": {"intersections": [["sex", "origin"]]},
        "gate": [{"attribute": "sex", "at_least": 0.8}],
        **more,
    }


MEASURED = ("data", "rates", "disparities", "conditional", "periods", "gates", "findings")


@pytest.mark.parametrize("model", [{"decision": "called"}, {"score": "points", "share": 0.25}])
def test_both_roads_give_one_result(frame, model):
    loaded = run(_audit(model=model), data=frame)
    counted = run(_audit(model=model), data=_plain(frame).lazy())
    for part in MEASURED:
        assert getattr(counted, part) == getattr(loaded, part), part
    assert counted.model.model_copy(update={"performance": ()}) == loaded.model.model_copy(update={"performance": ()})
    assert len(counted.model.performance) == len(loaded.model.performance)
    for one, other in zip(counted.model.performance, loaded.model.performance, strict=True):
        assert one.model_dump(exclude={"estimate"}) == other.model_dump(exclude={"estimate"})
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=1e-12)
        assert (one.estimate.low, one.estimate.high) == pytest.approx((other.estimate.low, other.estimate.high))
    # Few distinct scores are counted one by one, so that nothing about them differs either.
    for part in ("calibrations", "sweeps"):
        assert (
            len(getattr(counted, part))
            == len(getattr(loaded, part))
            == (6 if part == "calibrations" else 4) * ("score" in model)
            or part
        )
        assert getattr(counted, part) == getattr(loaded, part)
    assert counted.score_counts == loaded.score_counts
    assert len(loaded.score_counts) == ("score" in model)
    assert counted.status == loaded.status == "complete"
    needs_rows = {"scores"} if "score" in model else set()
    # That remedies need rows is told once, not for each of them.
    told = {step.name for step in loaded.steps if not step.name.startswith("remedies: ")}
    assert {step.name for step in counted.steps} - needs_rows >= told - needs_rows


def test_a_large_file_is_never_loaded(frame, tmp_path, monkeypatch):
    _plain(frame).write_parquet(tmp_path / "people.parquet")
    audit = _audit(model={"decision": "called"}, data={"path": str(tmp_path / "people.parquet")})
    loaded = run(audit)
    monkeypatch.setattr(counted, "COUNTED_FROM", 0)
    monkeypatch.setattr(inputs, "read_table", lambda *_, **__: pytest.fail("the table was loaded"))
    in_place = run(audit)
    for part in MEASURED:
        assert getattr(in_place, part) == getattr(loaded, part), part
    assert in_place.manifest.data == loaded.manifest.data


def test_a_model_trained_here_loads_its_rows(frame, tmp_path, monkeypatch):
    frame.to_csv(tmp_path / "people.csv", index=False)
    monkeypatch.setattr(counted, "COUNTED_FROM", 0)
    monkeypatch.setattr(counted, "count_in_place", lambda *_, **__: pytest.fail("rows were needed"))
    audit = _audit(model={"train": "logistic_regression"}, data={"path": str(tmp_path / "people.csv")})
    assert run(audit).model.kind == "trained"


def test_many_distinct_scores_are_counted_in_bins_and_say_how_far_that_is_off(frame):
    chance = np.random.default_rng(5).uniform(size=len(frame))
    frame["points"] = np.where(frame["hired"] == 1, np.sqrt(chance), chance)
    audit = _audit(model={"score": "points", "threshold": 0.5})
    loaded, counted = run(audit, data=frame), run(audit, data=_plain(frame).lazy())
    areas = [[one for one in each.model.performance if one.measure == "auc"] for each in (loaded, counted)]
    assert len(areas[0]) == len(areas[1]) == 1 + 3 + 2 + 6
    for exact, binned in zip(*areas, strict=True):
        assert binned.estimate.value == pytest.approx(exact.estimate.value, abs=5e-3)
        assert binned.estimate.low <= exact.estimate.low
        assert exact.estimate.high <= binned.estimate.high
    for exact, binned in zip(loaded.calibrations, counted.calibrations, strict=True):
        assert [one.n for one in binned.bins] == [one.n for one in exact.bins]
        assert [one.mean_score for one in binned.bins] == pytest.approx(
            [one.mean_score for one in exact.bins], abs=2e-3
        )
    # A bin of several scores cannot be split at the line, but selects the same people at its own threshold.
    (exact,), (binned,) = loaded.score_counts, counted.score_counts
    assert (exact.at is None, binned.at) == (False, None)
    for at, threshold in enumerate(binned.thresholds):
        assert sum(binned.places[: at + 1]) == (frame["points"] >= threshold - 1e-9).sum()
    for exact, binned in zip(loaded.sweeps, counted.sweeps, strict=True):
        assert {point.verdict_gap for point in binned.points} == {point.verdict_gap for point in exact.points}
