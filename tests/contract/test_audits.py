"""Every bundled audit passes the conformance suite that strangers' audits pass."""

import pytest

from biasaudit.errors import DataError, MissingExtraError
from biasaudit.plugins import list_audits
from biasaudit.testing import ConformanceError, check_audit

AUDITS, FAILURES = list_audits()


def test_no_bundled_audit_fails_to_load():
    assert FAILURES == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", [audit.name for audit in AUDITS])
def test_a_bundled_audit_conforms(name):
    try:
        check_audit(name)
    except (MissingExtraError, DataError) as error:
        if "are not on this machine" not in str(error) and not isinstance(error, MissingExtraError):
            raise
        pytest.skip(f"its data are not on this machine: {error}")


def test_an_audit_that_breaks_a_promise_is_told_all_it_breaks(tmp_path):
    (tmp_path / "people.csv").write_text("sex,called\n" + "f,0\nm,1\nf,1\nm,1\n" * 30)
    (tmp_path / "audit.toml").write_text(
        'schema = 1\n[audit]\nname = "a"\ntitle = "A"\nnature = "simulated"\n[data]\npath = "people.csv"\n'
        '[[protected]]\ncolumn = "sex"\n[model]\ndecision = "called"\n'
    )
    (tmp_path / "case.py").write_text("from biasaudit.results import Finding\n\ndef checks():\n    return []\n")
    with pytest.raises(ConformanceError) as caught:
        check_audit(tmp_path)
    assert "audit.notice is empty" in str(caught.value)
    assert "imports biasaudit.results" in str(caught.value)
