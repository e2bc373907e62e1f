"""Audits and checks of others load by the same road as ours, and a failing one is listed."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from biasaudit import plugins
from biasaudit.errors import DeclarationError, PluginError
from biasaudit.plugins import find_audit, list_audits, load_case, offered_checks

HEAD = 'schema = 1\n[audit]\nname = "mine"\ntitle = "Mine"\n'


@pytest.fixture
def offering(monkeypatch, tmp_path):
    """Offer objects as if a package had declared entry points for them."""
    offered = {}

    class Offered(EntryPoint):
        def load(self):
            value = offered[self.name]
            if isinstance(value, Exception):
                raise value
            return value

    def entry_points(*, group):
        return [Offered(name, f"mine:{name}", group) for name in offered]

    monkeypatch.setattr(plugins, "entry_points", entry_points)
    return offered


def audit_in(folder: Path, text=HEAD):
    folder.mkdir(parents=True)
    (folder / "audit.toml").write_text(text)
    return folder


def test_a_package_offers_one_audit_or_a_folder_of_them(offering, tmp_path):
    audit_in(tmp_path / "all" / "first")
    audit_in(tmp_path / "all" / "second")
    audit_in(tmp_path / "third")
    offering.update(many=lambda: tmp_path / "all", one=str(tmp_path / "third"))
    audits, failures = list_audits()
    assert [audit.name for audit in audits] == ["first", "second", "third"]
    assert failures == ()
    assert find_audit("second").file == tmp_path / "all" / "second" / "audit.toml"


def test_a_plugin_that_fails_is_listed_and_the_others_stay(offering, tmp_path):
    audit_in(tmp_path / "good")
    offering.update(bad=ImportError("no module"), good=tmp_path / "good")
    audits, failures = list_audits()
    assert [audit.name for audit in audits] == ["good"]
    assert "no module" in str(failures[0])


def test_two_of_one_name_are_refused_by_name(offering, tmp_path):
    audit_in(tmp_path / "a" / "same")
    audit_in(tmp_path / "b" / "same")
    offering.update(a=tmp_path / "a", b=tmp_path / "b")
    _, failures = list_audits()
    assert "both offer" in failures[0].reason
    with pytest.raises(PluginError, match="both offer"):
        find_audit("same")


def test_checks_of_others_are_collected_and_wrong_ones_listed(offering):
    offering.update(good=[lambda result: []], bad=[1], broken=ValueError("no"))
    checks, failures = offered_checks()
    assert len(checks) == 1
    assert {failure.name for failure in failures} == {"bad", "broken"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise RuntimeError('boom')", "boom"),
        ("load = 3", "'load' must be a function"),
        ("def checks():\n    return [1]", "list of functions"),
        ("def checks():\n    raise KeyError('x')", "KeyError"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_case_that_cannot_be_used_says_why(tmp_path, text, words):
    (tmp_path / "case.py").write_text(text)
    with pytest.raises(PluginError, match=words):
        load_case(tmp_path)


def test_a_folder_without_a_case_has_none(tmp_path):
    assert load_case(tmp_path).load is None


def test_a_folder_without_an_audit_says_so(tmp_path):
    with pytest.raises(DeclarationError, match=r"without an audit\.toml"):
        find_audit(str(tmp_path))
