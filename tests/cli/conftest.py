"""The command, run inside this process or as installed."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys, monkeypatch, tmp_path):
    """Run ``biasaudit`` in this process, in a folder of its own."""
    from biasaudit.cli import main

    monkeypatch.chdir(tmp_path)

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Ended(int(ended.value.code), out, err)

    return call


@pytest.fixture
def installed(tmp_path):
    """Run the command as pip installed it."""
    program = Path(sys.executable).with_name("biasaudit")

    def call(*words, **environment):
        done = subprocess.run(
            [str(program), *map(str, words)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            timeout=300,
            env={**os.environ, **environment},
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return call


AUDIT = """
schema = 1
[audit]
name = "calls"
title = "Who is called?"
decision = "called"
[data]
path = "people.csv"
id = "id"
outcome = "label"
features = ["grade", "form"]
split = { column = "part", test = "test" }
[[protected]]
column = "group"
reference = "a"
[model]
train = "logistic_regression"
share = 0.3
[annotations]
path = "votes.csv"
item = "id"
annotator = "who"
label = "vote"
units = ["panel"]
reference = { column = "gold" }
[uncertainty]
replicates = 10
placebos = 19
"""


@pytest.fixture
def audit(tmp_path):
    """A small audit in a folder; gives its file and its two frames, to be broken by a test."""
    rng = np.random.default_rng(5)
    n = 400
    group = rng.choice(["a", "b"], n, p=[0.6, 0.4])
    grade = rng.normal(size=n)
    gold = (grade + rng.normal(0, 0.5, n) > 0.5).astype(int)
    people = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(n)],
            "group": group,
            "grade": grade,
            "form": grade + rng.normal(size=n),
            "part": rng.choice(["train", "test"], n),
            "gold": gold,
        }
    )
    panel = np.array(["one", "two"])
    rows = []
    for item in range(n):
        for who in rng.choice(20, 3, replace=False):
            harsh = who % 2 == 1 and group[item] == "b" and rng.random() < 0.5
            rows.append((f"p{item}", f"person-{who}", panel[who % 2], 0 if harsh else gold[item]))
    votes = pd.DataFrame(rows, columns=["id", "who", "panel", "vote"])
    people["label"] = (votes.groupby("id")["vote"].mean().reindex(people["id"]).to_numpy() > 0.5).astype(int)
    folder = tmp_path / "audit"
    folder.mkdir()
    (folder / "audit.toml").write_text(AUDIT, encoding="utf-8")
    people.to_csv(folder / "people.csv", index=False)
    votes.to_csv(folder / "votes.csv", index=False)
    return folder, people, votes
