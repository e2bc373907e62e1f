"""How fast the traces of a large log are, as ratios to yardsticks measured in the same run.

    python benchmarks/traces.py --crowdkit /path/to/its/python     # one million labels; some five minutes
    python benchmarks/traces.py --labels 100000 --parts rules      # quicker, and one part alone

``--crowdkit`` names the Python of a second environment that holds crowd-kit, pandas and pyarrow; without it only
our own times are told. Parts: agreement, pools, rules, dawid-skene, influence; by default all that this version has.

Every case runs in a process of its own, ours and the yardstick in turn; medians are compared, of seconds and of
processor seconds, which a busy machine disturbs less. Only the job is timed: imports, making data and reading it
into arrays come before, and crowd-kit is given integer ids, which it likes best.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Labels an item, and items an annotator: a million labels are 200,000 items and 5,000 annotators.
EACH, PER_ANNOTATOR = 5, 200
VALUES = {"two": 2, "many": 5}
PARTS = ("agreement", "pools", "rules", "dawid-skene", "influence")
#: Steps of Dawid-Skene that the whole trace is held against; by itself crowd-kit's stops on this log after a third of them.
STEPS = 20
SEED = 20_261_122
Case = Callable[[Path, int], Callable[[], object]]


def write(folder: Path, labels: int, kind: str) -> Path:
    """Write a log once: annotators of unlike skill, in two pools, about items of two groups."""
    import numpy as np
    import pandas as pd

    file = folder / f"traces-{kind}-{labels}.parquet"
    if file.exists():
        return file
    rng = np.random.default_rng(SEED)
    items, annotators, values = labels // EACH, max(labels // PER_ANNOTATOR, 2 * EACH), VALUES[kind]
    # Distinct annotators on every item, by steps without a common divisor from a drawn start.
    start, step = rng.integers(0, annotators, items), rng.integers(1, max(annotators // EACH, 2), items)
    who = (start[:, None] + step[:, None] * np.arange(EACH)) % annotators
    truth, skill = rng.integers(0, values, items), rng.uniform(0.1, 0.8, annotators)
    said = np.where(rng.random(who.shape) < skill[who], truth[:, None], rng.integers(0, values, who.shape))
    log = pd.DataFrame({"task": np.repeat(np.arange(items), EACH), "worker": who.ravel(), "label": said.ravel()})
    log.to_parquet(file)
    people = {"id": np.arange(items), "group": rng.choice(["a", "b", "c"], items), "truth": (truth > 0).astype(int)}
    people |= {f"x{place}": truth + rng.normal(size=items) for place in range(5)}
    frame = pd.DataFrame(people)
    frame["label"] = (log.groupby("task")["label"].mean() > 0.5).astype(int)
    frame.to_parquet(folder / f"people-{kind}-{labels}.parquet")
    return file


def _votes(folder: Path, labels: int, kind: str) -> Any:
    import pandas as pd

    from biasaudit.traces import Votes

    log = pd.read_parquet(write(folder, labels, kind))
    item, who, value = (log[name].to_numpy() for name in ("task", "worker", "label"))
    sizes = {"n_items": int(item.max()) + 1, "n_annotators": int(who.max()) + 1, "n_values": VALUES[kind]}

    def votes() -> Votes:
        return Votes(item=item, annotator=who, value=value, weight=None, **sizes)

    return votes


def own_dawid_skene(kind: str, *, to_the_end: bool) -> Case:
    """Ours, the sparse matrix included: as many steps as crowd-kit took, or until it stands still."""

    def prepare(folder: Path, labels: int) -> Callable[[], object]:
        import numpy as np

        from biasaudit.traces import fit_dawid_skene

        votes = _votes(folder, labels, kind)
        theirs = folder / f"crowdkit-{kind}-{labels}.npz"
        found = np.load(theirs) if theirs.exists() and not to_the_end else None
        options = {} if found is None else {"steps": int(found["steps"]), "change": 0.0}
        fit_dawid_skene(votes(), steps=1)
        if found is not None:
            chance = fit_dawid_skene(votes(), **options).chance
            apart = float(np.abs(chance - found["probabilities"]).max())
            same = bool((chance.argmax(axis=1) == found["probabilities"].argmax(axis=1)).all())
            print(json.dumps({"apart": apart, "same": same, "steps": options["steps"]}))
        return lambda: fit_dawid_skene(votes(), **options)

    return prepare


def crowdkit_dawid_skene(kind: str, steps: int | None = None) -> Case:
    """Theirs, to its own stop, or so many steps; keeps what it found for comparison."""

    def prepare(folder: Path, labels: int) -> Callable[[], object]:
        import numpy as np
        import pandas as pd
        from crowdkit.aggregation import DawidSkene

        log = pd.read_parquet(folder / f"traces-{kind}-{labels}.parquet")

        def job() -> object:
            # It stops where the loss changes by less than `tol`; a negative one it never reaches.
            model = (DawidSkene() if steps is None else DawidSkene(n_iter=steps, tol=-1.0)).fit(log)
            job.model = model  # type: ignore[attr-defined]
            return model

        def keep() -> None:
            model = job.model  # type: ignore[attr-defined]
            found = model.probas_.sort_index(axis=0).sort_index(axis=1).to_numpy()
            np.savez(folder / f"crowdkit-{kind}-{labels}.npz", probabilities=found, steps=len(model.loss_history_))

        if steps is None:
            job.after = keep  # type: ignore[attr-defined]
        return job

    return prepare


def _world(folder: Path, labels: int) -> dict[str, Any]:
    """The two-class log as an audit sees it."""
    import numpy as np
    import pandas as pd

    from biasaudit.data.annotations import read_annotations
    from biasaudit.data.roles import assign_roles
    from biasaudit.measures import attribute_facts, count
    from biasaudit.results import Fingerprint
    from biasaudit.spec import declare
    from biasaudit.traces import ballots_of

    log = pd.read_parquet(write(folder, labels, "two"))
    log["pool"] = np.array(["north", "south", "east", "west"])[log["worker"].to_numpy() % 4]
    people = pd.read_parquet(folder / f"people-two-{labels}.parquet")
    features = [name for name in people.columns if name.startswith("x")]
    declaration = declare(
        {
            "schema": 1,
            "audit": {"name": "x", "title": "x"},
            "data": {
                "id": "id",
                "outcome": "label",
                "truth": "truth",
                "features": features,
                "split": {"test_share": 0.5, "seed": 1},
            },
            "protected": [{"column": "group", "reference": "a"}],
            "model": {"train": "logistic_regression", "threshold": 0.5},
            "annotations": {
                "item": "task",
                "annotator": "worker",
                "label": "label",
                "units": ["pool"],
                "jury": {"attribute": "pool", "seats": 12},
            },
        }
    )
    source = Fingerprint(role="annotations", source="benchmark", sha256="0" * 64)
    table = assign_roles(people, declaration, source)
    spec = declaration.spec
    read = read_annotations(log, spec.annotations, table, fingerprint=source)
    judged = table.judged()
    facts = attribute_facts(count(judged, np.zeros(len(judged))), spec)
    return {"table": table, "log": read, "spec": spec, "facts": facts, "ballots": ballots_of(read)}


def agreement(folder: Path, labels: int) -> Callable[[], object]:
    """Alpha and its neighbours of everyone and every group, with bootstrap intervals."""
    from biasaudit.traces import measure_agreement

    made = _world(folder, labels)
    return lambda: measure_agreement(made["table"], made["ballots"], made["facts"], seed=1, level=0.95)


def pools(folder: Path, labels: int) -> Callable[[], object]:
    """All pool effects."""
    from biasaudit.traces.pools.measuring import measure_pools

    made = _world(folder, labels)
    return lambda: measure_pools(made["table"], made["log"], made["ballots"], made["facts"], seed=1, level=0.95)


def rules(folder: Path, labels: int) -> Callable[[], object]:
    """All rules but GLAD and MACE."""
    from biasaudit.traces import Rule, apply_rules, compared_rules, jury_of

    made = _world(folder, labels)
    declared = Rule(name="majority", tie=0.0)
    jury = jury_of(made["log"], made["spec"].annotations.jury)
    chosen = [rule for rule in compared_rules(declared, made["ballots"], jury) if rule.name not in ("glad", "mace")]
    return lambda: apply_rules(chosen, declared, made["ballots"])


def influence(folder: Path, labels: int) -> Callable[[], object]:
    """First-order influence of every label on every gap."""
    from biasaudit.models import make_model
    from biasaudit.models.smooth import smooth_model
    from biasaudit.traces import Rule, judges_of
    from biasaudit.traces.relabelling.influence import answer_sensitivity, label_influence, score_gradient

    made = _world(folder, labels)
    table, spec = made["table"], made["spec"]
    model = make_model(table, spec, folder=folder, seed=1)
    judges = judges_of(table, model.trainer.judged_rows, made["facts"], 30)

    def job() -> object:
        smooth = smooth_model(model, table)
        by_item = label_influence(smooth, score_gradient(smooth, judges))
        return by_item, answer_sensitivity(Rule(name="majority", tie=0.0), made["ballots"])

    return job


CASES: dict[str, Case] = {
    "agreement": agreement,
    "pools": pools,
    "rules": rules,
    "influence": influence,
    **{f"own_{kind}": own_dawid_skene(kind, to_the_end=False) for kind in VALUES},
    **{f"own_{kind}_to_the_end": own_dawid_skene(kind, to_the_end=True) for kind in VALUES},
    **{f"crowdkit_{kind}": crowdkit_dawid_skene(kind) for kind in VALUES},
    "crowdkit_steps": crowdkit_dawid_skene("two", STEPS),
}


def run_case(name: str, folder: Path, labels: int, repeats: int) -> dict[str, float]:
    """Run one case in this process."""
    job = CASES[name](folder, labels)
    seconds, processor = [], []
    for _ in range(repeats):
        start, begun = time.perf_counter(), time.process_time()
        job()
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - begun)
    if after := getattr(job, "after", None):
        after()
    return {"seconds": statistics.median(seconds), "processor": statistics.median(processor)}


class Bench:
    """Runs cases in processes of their own, in turn."""

    def __init__(self, wanted: argparse.Namespace) -> None:
        self.wanted, self.told = wanted, dict[str, Any]()

    def run(self, *names: str) -> dict[str, dict[str, float]]:
        """Median seconds and processor seconds of each case over the rounds."""
        found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for _ in range(self.wanted.rounds):
            for name in names:
                found[name].append(self._once(name))
        return {
            name: {key: statistics.median(one[key] for one in each) for key in ("seconds", "processor")}
            for name, each in found.items()
        }

    def _once(self, name: str) -> dict[str, float]:
        python = self.wanted.crowdkit if name.startswith("crowdkit") else sys.executable
        repeats = 1 if name.startswith("crowdkit") else self.wanted.repeats
        command = [python, "-W", "ignore", __file__, "--case", name, "--folder", str(self.wanted.folder)]
        command += ["--labels", str(self.wanted.labels), "--repeats", str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{name} failed:\n{done.stderr}")
        lines = [json.loads(line) for line in done.stdout.strip().splitlines()]
        for line in lines[:-1]:
            self.told[name] = line
        result: dict[str, float] = lines[-1]
        return result


def told(what: str, found: dict[str, float], bound: str = "", *, ok: bool | None = None) -> None:
    """Print one line: seconds and processor seconds, or two ratios."""
    unit = "x" if found.get("is_ratio") else "s"
    said = "" if ok is None else "met" if ok else "NOT MET"
    print(
        f"{what:<72} {found['seconds']:>9.2f} {unit} {found['processor']:>9.2f} {unit}  {bound:<7} {said}", flush=True
    )


def ratio(over: dict[str, float], under: dict[str, float]) -> dict[str, float]:
    """Divide seconds by seconds, and processor seconds by processor seconds."""
    return {key: over[key] / under[key] for key in ("seconds", "processor")} | {"is_ratio": 1.0}


def here(part: str) -> bool:
    """Whether this version has a part."""
    modules = {"pools": "biasaudit.traces.pools.measuring", "influence": "biasaudit.traces.relabelling.influence"}
    return part not in modules or importlib.util.find_spec(modules[part]) is not None


def report(wanted: argparse.Namespace) -> None:
    """Run what is wanted and print ratios with their bounds."""
    for kind in VALUES:
        write(wanted.folder, wanted.labels, kind)
    bench = Bench(wanted)
    parts = [part for part in wanted.parts if here(part)]
    print(f"{wanted.labels:,} labels; seconds and processor seconds, median of {wanted.rounds} rounds")
    peers: dict[str, dict[str, float]] = {}
    if wanted.crowdkit and "dawid-skene" in parts:
        for kind, least in (("two", 20.0), ("many", 5.0)):
            names = (f"crowdkit_{kind}", f"own_{kind}", f"own_{kind}_to_the_end")
            found = bench.run(*names)
            peers[kind] = found[names[0]]
            equal = bench.told[names[1]]
            told(f"crowd-kit's Dawid-Skene, {VALUES[kind]} classes, {equal['steps']} steps", found[names[0]])
            told("ours, the same steps", found[names[1]])
            told("ours, until no probability changes by 0.000001", found[names[2]])
            times = ratio(found[names[0]], found[names[1]])
            told("crowd-kit over ours", times, f">= {least:g}", ok=times["processor"] >= least)
            within = equal["same"] and equal["apart"] <= 1e-6
            print(f"{'largest difference of a probability; labels equal':<72} {equal['apart']:.1e} {equal['same']}"
                  f"{'':>17}<= 1e-6 {'met' if within else 'NOT MET'}")  # fmt: skip
    elif "dawid-skene" in parts:
        for kind, values in VALUES.items():
            name = f"own_{kind}_to_the_end"
            told(f"ours, {values} classes, until no probability changes by 0.000001", bench.run(name)[name])
    together = {"seconds": 0.0, "processor": 0.0}
    for part in ("agreement", "pools", "rules"):
        if part in parts:
            found = bench.run(part)[part]
            told(f"{part}", found)
            together = {key: together[key] + found[key] for key in together}
    if "two" in peers and together["seconds"]:
        whole = bench.run("crowdkit_steps")["crowdkit_steps"]
        told(f"crowd-kit's Dawid-Skene, two classes, {STEPS} steps", whole)
        shares = ratio(together, whole)
        told("these together over those steps", shares, "<= 1", ok=shares["processor"] <= 1)
        told("these together over the steps to its own stop", ratio(together, peers["two"]))
    if "influence" in parts:
        found = bench.run("influence")["influence"]
        told("first-order influence of every label", found, "< 5 s", ok=found["processor"] < 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "biasaudit-benchmark")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--crowdkit", default=None, help="a Python that can import crowd-kit")
    parser.add_argument("--case", choices=sorted(CASES), default=None)
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    if wanted.case:
        print(json.dumps(run_case(wanted.case, wanted.folder, wanted.labels, wanted.repeats)))
        return
    report(wanted)


if __name__ == "__main__":
    main()
