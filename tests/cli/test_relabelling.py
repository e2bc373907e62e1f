"""From the list of labels to look at again to what new labels did: two runs and a file between them."""

import csv
import json

import pandas as pd


def records(folder, part):
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))["trace"][part]


def gap(folder):
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return next(
        one["estimate"]["value"]
        for one in result["disparities"]
        if (one["measure"], one["statistic"]) == ("selection_rate", "gap")
    )


def test_a_run_names_items_in_files_apart_and_takes_their_new_labels_back(audit, command, tmp_path):
    folder, people, votes = audit
    ended = command("run", folder, "--out", tmp_path / "first", "--set", "annotations.relabel.budget=[40]", "--quiet")
    assert ended.code == 0, ended.err
    out = tmp_path / "first" / "calls"
    assert str(out / "relabel.csv") in ended.out
    with (out / "relabel.csv").open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["item", "label"]
    named = [row[0] for row in rows[1:]]
    assert len(named) == 40
    assert all(row[1] == "" for row in rows[1:])
    train = set(people.loc[people["part"] == "train", "id"])
    assert set(named) <= train
    tasks = json.loads((out / "relabel.label-studio.json").read_text(encoding="utf-8"))
    assert [set(task) for task in tasks] == [{"data"}] * 40
    assert [task["data"] for task in tasks] == [{"item": name} for name in named]
    # Nothing about an item stands in the result or the report, and no annotator anywhere.
    for file in ("result.json", "report.html"):
        text = (out / file).read_text(encoding="utf-8")
        assert not any(f'"{name}"' in text or f">{name}<" in text for name in named)
        assert not any(who in text for who in votes["who"].unique())

    new = pd.DataFrame({"item": named})
    new["label"] = people.set_index("id")["gold"].reindex(named).to_numpy()
    new.to_csv(tmp_path / "new.csv", index=False)
    ended = command("run", folder, "--out", tmp_path / "second", "--relabelled", tmp_path / "new.csv", "--quiet")
    assert ended.code == 0, ended.err
    found = records(tmp_path / "second" / "calls", "relabelled")[0]
    assert found["n_items"] == 40
    assert found["before"]["value"] == gap(out) or abs(found["before"]["value"] - gap(out)) < 1e-9
    assert abs(found["after"]["value"] - gap(tmp_path / "second" / "calls")) < 1e-9


def test_a_wrong_file_is_one_message_and_measures_nothing(audit, command, tmp_path):
    folder, *_ = audit
    (tmp_path / "new.csv").write_text("item,label\nnobody,1\n", encoding="utf-8")
    ended = command("run", folder, "--out", tmp_path / "out", "--relabelled", tmp_path / "new.csv")
    assert ended.code == 2
    assert "'nobody' is no item of the table" in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "out").exists()


def test_new_labels_belong_to_one_audit(audit, command, tmp_path):
    folder, *_ = audit
    ended = command("run", folder, folder, "--relabelled", tmp_path / "new.csv")
    assert ended.code == 2
    assert "one audit" in ended.err
