"""The provenance of our own audits says what is documented, what is assumed and what is not known, in both languages."""

import tomllib
from pathlib import Path

import pytest

import biasaudit
from biasaudit.data.provenance import plain_of, to_toml
from biasaudit.spec import declare_provenance, read_declaration, read_provenance

AUDITS = Path(biasaudit.__file__).parents[1] / "audits"
HELD = sorted(path.parent for path in AUDITS.glob("*/provenance.toml"))
#: Names and references, which are the same in French.
SAME = {
    "TurkPrime",
    "Amazon Mechanical Turk",
    "St George's Hospital Medical School",
    "O. Schwartz, IEEE Spectrum, April 2019",
    "A. Biswas, M. Kolczynska, S. Rantanen and P. Rozenshtein, ACM COMPASS 2020",
}
#: Keys whose values are codes of ours or are shown in no report.
CODES = {
    "role",
    "contract",
    "status",
    "basis",
    "currency",
    "minority",
    "name@rule",
    "title",
    "began",
    "ended",
    "not_known",
}


def texts_of(table, entry):
    for key, held in entry.items():
        if key not in CODES and f"{key}@{table}" not in CODES:
            yield from (text for text in (held if isinstance(held, list) else [held]) if isinstance(text, str))


def test_the_reconstruction_and_the_flagship_have_one():
    assert {path.name for path in HELD} >= {"st-georges", "recidivism-crowd"}


@pytest.mark.parametrize("folder", HELD, ids=lambda path: path.name)
def test_it_is_declared_valid_and_writes_itself_back(folder):
    declared = read_declaration(folder / "audit.toml").spec
    assert declared.annotations.provenance == "provenance.toml"
    spec = read_provenance(folder / "provenance.toml").spec
    assert declare_provenance(tomllib.loads(to_toml(spec))).spec == spec
    assert all(link.status and link.source for link in spec.link)
    assert spec.rule.name == declared.annotations.rule


@pytest.mark.parametrize("folder", HELD, ids=lambda path: path.name)
def test_every_text_that_a_report_shows_is_there_in_french(folder):
    french = read_declaration(folder / "audit.toml").spec.translations["fr"]
    spec = plain_of(read_provenance(folder / "provenance.toml").spec)
    shown = set()
    for table, held in spec.items():
        for entry in held if isinstance(held, list) else [held]:
            shown |= set(texts_of(table, entry)) if isinstance(entry, dict) else set()
    assert sorted(shown - set(french) - SAME) == []


def test_a_reconstruction_says_that_its_votes_are_assumed_and_its_pay_not_known():
    spec = read_provenance(AUDITS / "st-georges/provenance.toml").spec
    assert spec.labels.status == spec.rule.status == "assumed"
    assert "pay" in spec.not_known
    assert spec.link[0].status == "documented"
