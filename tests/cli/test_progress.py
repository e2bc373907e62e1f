"""Work that lasts longer than two seconds says so on stderr, and shorter work does not."""

import time

import pytest

from biasaudit.cli import run_verb


@pytest.mark.parametrize("total", [None, 10])
def test_long_work_is_shown_and_short_work_is_not(capsys, monkeypatch, total):
    monkeypatch.setattr(run_verb, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(run_verb, "TICK_SECONDS", 0.05)
    with run_verb._bar("count the stars", total) as advance:
        advance(0)
    assert "count the stars" not in capsys.readouterr().err
    with run_verb._bar("count the stars", total):
        time.sleep(0.6)
    out, err = capsys.readouterr()
    assert "count the stars" in err
    assert out == ""
