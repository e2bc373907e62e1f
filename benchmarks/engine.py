# ruff: noqa: ARG001 - every case takes a folder and a number of rows
"""How fast the counting engine is, as ratios to yardsticks measured in the same run.

    python benchmarks/engine.py                                  # ten million rows; some two minutes
    python benchmarks/engine.py --rows 1000000 --rounds 3        # quicker
    python benchmarks/engine.py --aequitas /path/to/its/python   # with a second environment that holds aequitas
    python benchmarks/engine.py --fairlearn-rows 1000000 --n-boot 100    # the slow peers at full size; minutes

Every case runs in a process of its own, ours and the yardstick in turn; medians are compared. Only the job is
timed: imports, making data and reading it into memory come before. Memory is the peak of the whole process.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ATTRIBUTES = ["sex", "race", "age"]
CROSSES = [["sex", "race"], ["sex", "age"], ["race", "age"], ATTRIBUTES]
Case = Callable[[Path, int], Callable[[], object]]


def _table(data: object, attributes: list[str], crosses: list[list[str]], **model: object) -> int:
    """The full table: counts, facts, rates, and disparities with intervals, adjusted p-values and verdicts."""
    from people import audit

    from biasaudit.measures import attribute_facts, count_in_place, measure_disparities, measure_rates
    from biasaudit.spec import declare

    declaration = declare(audit(attributes, crosses, **model))
    counts = count_in_place(data, declaration).counts
    facts = attribute_facts(counts, declaration.spec)
    rates = measure_rates(counts, facts)
    gaps = measure_disparities(counts, facts, level=0.95, tolerance_gap=0.05, tolerance_ratio=0.8, minimum_size=30)
    return len(rates) + len(gaps)


def _ours(kind: str, attributes: list[str], crosses: list[list[str]], **model: object) -> Case:
    def prepare(folder: Path, rows: int) -> Callable[[], object]:
        from people import write

        import biasaudit.measures  # noqa: F401 - imports are not timed

        data = write(folder, rows, kind) if kind != "frame" else _frame(rows)
        _table(_frame(1_000), attributes, crosses)  # what is imported on first use
        return lambda: _table(data, attributes, crosses, **model)

    return prepare


def _frame(rows: int) -> object:
    """People in memory; read with duckdb where it is, for the aequitas environment from csv."""
    import duckdb
    from people import people

    return duckdb.sql(people(rows)).df()


def bare(folder: Path, rows: int) -> Callable[[], object]:
    """The counts alone, by hand."""
    import duckdb
    from people import write

    file = write(folder, rows)
    query = f"SELECT sex, race, age, outcome, decision, count(*) FROM read_parquet('{file}') GROUP BY ALL"

    def job() -> object:
        with duckdb.connect() as connection:
            return connection.execute(query).fetchall()

    return job


def bare_csv(folder: Path, rows: int) -> Callable[[], object]:
    import duckdb
    from people import write

    file = write(folder, rows, "csv")
    query = f"SELECT sex, race, age, outcome, decision, count(*) FROM read_csv('{file}') GROUP BY ALL"
    return lambda: duckdb.connect().execute(query).fetchall()


def aequitas(folder: Path, rows: int) -> Callable[[], object]:
    """Its audit of one attribute: rates and disparities, without intervals."""
    import pandas as pd
    from aequitas import Audit

    frame = pd.read_csv(folder / f"aequitas-{rows}.csv")
    return lambda: Audit(frame).audit()


def _metric_frame(rows: int, **boot: object) -> Callable[[], object]:
    from fairlearn import metrics as fm
    from sklearn import metrics as sm

    frame = _frame(rows)
    functions = {
        "selection_rate": fm.selection_rate,
        "tpr": fm.true_positive_rate,
        "fpr": fm.false_positive_rate,
        "tnr": fm.true_negative_rate,
        "fnr": fm.false_negative_rate,
        "accuracy": sm.accuracy_score,
        "base_rate": fm.mean_prediction,
        "count": fm.count,
    }

    def job() -> object:
        made = fm.MetricFrame(
            metrics=functions,
            y_true=frame["outcome"],
            y_pred=frame["decision"],
            sensitive_features=frame["race"],
            **boot,
        )
        return made.by_group, made.difference(), made.ratio()

    return job


def fairlearn(folder: Path, rows: int) -> Callable[[], object]:
    """Eight metrics of one attribute, without intervals."""
    return _metric_frame(rows)


def fairlearn_boot(folder: Path, rows: int) -> Callable[[], object]:
    """The same with intervals from resampled rows; the number of samples is in the environment of --n-boot."""
    import os

    samples = int(os.environ.get("N_BOOT", "10"))
    return _metric_frame(rows, n_boot=samples, ci_quantiles=[0.025, 0.975], random_state=1)


def _resampled(replicates: int) -> Case:
    def prepare(folder: Path, rows: int) -> Callable[[], object]:
        import numpy as np
        from people import audit

        from biasaudit.measures import RATES, count_in_place, percentile_interval, rate_counts, resample
        from biasaudit.spec import declare

        by = count_in_place(_frame(rows), declare(audit(["race"], []))).counts.by("race")

        def rates(counts: object) -> object:
            cells = [rate_counts(counts, rule) for rule in RATES]
            return np.stack([each.k / each.n for each in cells])

        return lambda: percentile_interval(resample(by, rates, replicates, seed=1))

    return prepare


TEN = [f"a{place}" for place in range(10)]


def many(folder: Path, rows: int) -> Callable[[], object]:
    """Ten attributes of six levels with all pairs, in memory."""
    import duckdb
    from people import people

    frame = duckdb.sql(people(rows, attributes=10)).df()
    _table(frame.head(1_000), TEN[:2], [])
    return lambda: _table(frame, TEN, [list(pair) for pair in itertools.combinations(TEN, 2)])


def _several(number: int) -> Case:
    def prepare(folder: Path, rows: int) -> Callable[[], object]:
        import duckdb
        from people import people

        frame = duckdb.sql(people(rows, attributes=10)).df()
        _table(frame.head(1_000), TEN[:2], [])
        return lambda: _table(frame, TEN[:number], [])

    return prepare


CASES: dict[str, Case] = {
    "bare": bare,
    "bare_csv": bare_csv,
    "parquet": _ours("parquet", ATTRIBUTES, CROSSES),
    "parquet_tenth": _ours("parquet", ATTRIBUTES, CROSSES),
    "parquet_share": _ours("parquet", ATTRIBUTES, CROSSES, score="score", share=0.25),
    "csv": _ours("csv", ATTRIBUTES, CROSSES),
    "one": _ours("frame", ["race"], []),
    "three": _ours("frame", ATTRIBUTES, CROSSES),
    "aequitas": aequitas,
    "fairlearn": fairlearn,
    "fairlearn_boot": fairlearn_boot,
    "resampled_100": _resampled(100),
    "resampled_10000": _resampled(10_000),
    "many": many,
    **{f"attributes_{number}": _several(number) for number in (1, 2, 4, 8)},
}


def run_case(name: str, folder: Path, rows: int, repeats: int) -> dict[str, float]:
    """Run one case in this process."""
    job = CASES[name](folder, rows)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    # The first of several rounds warms caches up.
    kept = seconds[1:] or seconds
    return {"seconds": statistics.median(kept), "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


class Bench:
    """Runs cases in processes of their own, in turn."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder, self.rounds = folder, rounds

    def compare(
        self, cases: dict[str, int], *, python: dict[str, str] | None = None, repeats: int = 3
    ) -> dict[str, tuple[float, float]]:
        """Median seconds and MiB of each case."""
        found: dict[str, list[dict[str, float]]] = {name: [] for name in cases}
        for _ in range(self.rounds):
            for name, rows in cases.items():
                command = [
                    (python or {}).get(name, sys.executable),
                    __file__,
                    "--case",
                    name,
                    "--folder",
                    str(self.folder),
                ]
                done = subprocess.run(
                    [*command, "--rows", str(rows), "--repeats", str(repeats)],
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode:
                    sys.exit(f"{name} failed:\n{done.stderr}")
                found[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
        return {
            name: (statistics.median(one["seconds"] for one in each), max(one["mib"] for one in each))
            for name, each in found.items()
        }


def told(what: str, value: float, bound: str, ok: bool, unit: str = "x") -> None:  # noqa: FBT001
    print(f"{what:<78} {value:>10,.2f} {unit:<4} {bound:<12} {'met' if ok else 'NOT MET'}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "biasaudit-benchmark")
    parser.add_argument("--aequitas", default=None, help="a Python that can import aequitas")
    parser.add_argument("--fairlearn-rows", type=int, default=100_000)
    parser.add_argument("--n-boot", type=int, default=10)
    parser.add_argument("--case", choices=sorted(CASES), default=None)
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    if wanted.case:
        print(json.dumps(run_case(wanted.case, wanted.folder, wanted.rows, wanted.repeats)))
        return
    report(wanted)


def report(wanted: argparse.Namespace) -> None:
    import os

    sys.path.insert(0, str(Path(__file__).parent))
    from people import write

    bench, rows = Bench(wanted.folder, wanted.rounds), wanted.rows
    write(wanted.folder, rows)
    both = bench.compare({"bare": rows, "parquet": rows, "parquet_share": rows}, repeats=wanted.repeats)
    (floor, _), (ours, peak), (share, _) = both["bare"], both["parquet"], both["parquet_share"]
    print(f"{rows:,} rows of Parquet, 3 attributes and 4 intersections: {ours:.3f} s; bare GROUP BY {floor:.3f} s")
    told("full disparity table over a bare DuckDB GROUP BY", ours / floor, "<= 1.5", ours / floor <= 1.5)
    told("the same with scores and a share (line found in place)", share / floor, "", True)
    told("peak memory", peak, "< 1024", peak < 1024, "MiB")
    write(wanted.folder, rows, "csv")
    both = bench.compare({"bare_csv": rows, "csv": rows}, repeats=1)
    told(f"{rows:,} rows of csv over a bare DuckDB GROUP BY", both["csv"][0] / both["bare_csv"][0], "", True)
    told("peak memory", both["csv"][1], "< 1024", both["csv"][1] < 1024, "MiB")

    million = 1_000_000
    if wanted.aequitas:
        import duckdb
        from people import people

        file = wanted.folder / f"aequitas-{million}.csv"
        if not file.exists():
            query = f"SELECT race, outcome AS label, decision AS score FROM ({people(million)})"
            duckdb.sql(f"COPY ({query}) TO '{file}' (FORMAT csv)")
        both = bench.compare(
            {"aequitas": million, "one": million}, python={"aequitas": wanted.aequitas}, repeats=wanted.repeats
        )
        ratio = both["one"][0] / both["aequitas"][0]
        told(
            f"{million:,} rows in memory, one attribute, over aequitas ({both['aequitas'][0]:.3f} s)",
            ratio,
            "<= 1.5",
            ratio <= 1.5,
        )
    else:
        print("aequitas: skipped, give --aequitas PYTHON")
    peers = wanted.fairlearn_rows
    slow = Bench(wanted.folder, 1).compare({"fairlearn": peers}, repeats=1)["fairlearn"][0]
    ours = bench.compare({"one": peers}, repeats=wanted.repeats)["one"][0]
    told(
        f"{peers:,} rows, MetricFrame without intervals ({slow:.1f} s) over ours with all",
        slow / ours,
        ">= 100",
        slow / ours >= 100,
    )
    os.environ["N_BOOT"] = str(wanted.n_boot)
    slow = (
        Bench(wanted.folder, 1).compare({"fairlearn_boot": 10_000}, repeats=1)["fairlearn_boot"][0]
        * 100
        / wanted.n_boot
    )
    ours = bench.compare({"resampled_100": 10_000}, repeats=30)["resampled_100"][0]
    said = "" if wanted.n_boot == 100 else f", from {wanted.n_boot}"
    told(
        f"10,000 rows, MetricFrame n_boot=100 ({slow:.0f} s{said}) over resampled counts",
        slow / ours,
        ">= 10000",
        slow / ours >= 10_000,
    )
    ours = bench.compare({"resampled_10000": million}, repeats=5)["resampled_10000"][0]
    told("10,000 replicates of 8 rates of 6 groups from counts", ours, "< 1", ours < 1, "s")
    ours = bench.compare({"many": million}, repeats=2)["many"][0]
    told(f"{million:,} rows, 10 attributes of 6 levels and all 45 pairs", ours, "< 5", ours < 5, "s")
    found = bench.compare({f"attributes_{number}": million for number in (1, 2, 4, 8)}, repeats=wanted.repeats)
    costs = [found[f"attributes_{number}"][0] for number in (1, 2, 4, 8)]
    import numpy as np

    slope = float(np.polyfit(np.log([1, 2, 4, 8]), np.log(costs), 1)[0])
    told(
        f"slope of cost in attributes ({', '.join(f'{cost:.3f}' for cost in costs)} s for 1, 2, 4, 8)",
        slope,
        "< 1.2",
        slope < 1.2,
        "",
    )
    found = bench.compare({"parquet": rows, "parquet_tenth": rows // 10}, repeats=wanted.repeats)
    slope = float(np.log10(found["parquet"][0] / found["parquet_tenth"][0]))
    told(f"slope of cost in rows ({rows // 10:,} to {rows:,})", slope, "<= 1", slope <= 1.0, "")


if __name__ == "__main__":
    main()
