"""A provenance beside an audit is read, fingerprinted and followed; mistakes in it end before anything is measured."""

import hashlib

import numpy as np
import pandas as pd
import pytest

import biasaudit
from biasaudit.errors import DeclarationError
from biasaudit.report import render_html
from biasaudit.results import from_json, to_json

NAMES = ["<script>1</script>", "&amp;\"'", "Loan\x00bank"]
TEXT = """
schema = 1
[[link]]
name = "<script>1</script>"
role = "client"
[[link]]
name = "&amp;\\"'"
unit = { panel = "north" }
country = "Loan\\u0000bank"
[[link]]
under = "<script>1</script>"
not_known = ["name"]
unit = { panel = "south" }
[rule]
minority_paid = false
"""


@pytest.fixture
def declared(tmp_path):
    rng = np.random.default_rng(3)
    n = 120
    people = pd.DataFrame({"id": range(n), "group": rng.choice(["a", "b"], n), "grade": rng.normal(size=n)})
    people["label"] = (people["grade"] > 0).astype(int)
    people["called"] = people["label"]
    who = np.tile(np.arange(12), n // 4)
    votes = pd.DataFrame({"id": np.repeat(np.arange(n), 3), "who": who, "vote": np.repeat(people["label"], 3)})
    votes["panel"] = np.where(who % 2, "north", "south")
    people.to_csv(tmp_path / "people.csv", index=False)
    votes.to_csv(tmp_path / "votes.csv", index=False)
    (tmp_path / "provenance.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "audit.toml").write_text(
        'schema = 1\n[audit]\nname = "calls"\ntitle = "Calls"\n[data]\npath = "people.csv"\nid = "id"\noutcome = "label"\n'
        '[[protected]]\ncolumn = "group"\n[model]\ndecision = "called"\n[annotations]\npath = "votes.csv"\n'
        'provenance = "provenance.toml"\nitem = "id"\nannotator = "who"\nlabel = "vote"\nunits = ["panel"]\n',
        encoding="utf-8",
    )
    return tmp_path


def test_a_run_follows_labels_through_their_chain(declared):
    result = biasaudit.run(declared)
    traced = result.trace.traceability
    chain = next(one for one in traced.links if one.link == "chain")
    assert (chain.share, chain.told_by) == (0.5, "declaration")
    assert [(one.kind, one.share) for one in traced.missing] == [("name", 0.5)]
    assert [(link.level, link.labels) for link in traced.chain] == [(1, 360), (2, 180), (2, 180)]
    assert {one.group for one in traced.groups} == {"a", "b"}
    fingerprint = next(one for one in result.manifest.data if one.role == "provenance")
    assert fingerprint.source == "provenance.toml"
    assert fingerprint.sha256 == hashlib.sha256((declared / "provenance.toml").read_bytes()).hexdigest()
    found = [one for one in result.findings if one.code == "BA504"]
    assert [one.outcome for one in found] == ["found", "found"]
    assert from_json(to_json(result)) == result


def test_hostile_names_of_a_provenance_are_text_in_the_report(declared):
    result = biasaudit.run(declared)
    page = render_html(result)
    assert "<script>1" not in page
    assert "&lt;script&gt;1&lt;/script&gt;" in page
    assert "&amp;amp;&#34;&#39;" in page or "&amp;amp;&quot;&#x27;" in page
    assert "\x00" not in page
    assert NAMES[0] in to_json(result)


def test_no_annotators_id_comes_with_it(declared):
    votes = pd.read_csv(declared / "votes.csv", dtype=str)
    votes["who"] = "person-" + votes["who"]
    votes.to_csv(declared / "votes.csv", index=False)
    result = biasaudit.run(declared)
    assert "person-" not in to_json(result) + render_html(result)


def test_mistakes_of_a_provenance_end_the_run_with_all_of_them(declared):
    (declared / "provenance.toml").write_text(TEXT.replace("minority_paid", "minority_payd"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="minority_paid"):
        biasaudit.run(declared)
    (declared / "provenance.toml").write_text(TEXT.replace("panel", "panl"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="Did you mean 'panel'") as caught:
        biasaudit.run(declared)
    assert {one.line for one in caught.value.mistakes} == {8, 13}
    (declared / "provenance.toml").unlink()
    with pytest.raises(DeclarationError, match="cannot be read"):
        biasaudit.run(declared)


def test_the_rules_hear_whether_the_minority_is_paid(declared, monkeypatch):
    from biasaudit.running import following

    heard = []
    original = following.trace_labels

    def listening(table, log, spec, *rest, **named):
        heard.append(spec.annotations.minority_paid)
        return original(table, log, spec, *rest, **named)

    monkeypatch.setattr(following, "trace_labels", listening)
    biasaudit.run(declared)
    biasaudit.run(biasaudit_with(declared, "annotations.minority_paid=true"))
    assert heard == [False, True]


def biasaudit_with(folder, override):
    from biasaudit.spec import read_declaration

    return read_declaration(folder / "audit.toml", [override])
