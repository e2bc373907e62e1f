"""A PDF where there is no browser, or one that does nothing: said in one sentence, before any work is lost."""

import os
import stat

import pytest

from biasaudit.cli import pdf


@pytest.fixture
def no_browser(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "PLACES", ())
    monkeypatch.delenv(pdf.BROWSER_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.fixture
def result(command, audit, tmp_path):
    folder, _, _ = audit
    assert command("run", folder, "--format", "json", "--jobs", 1, "--quiet").code == 0
    return tmp_path / "reports" / "calls"


def _program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_without_a_browser_it_is_said_what_to_install(command, no_browser, result):
    ended = command("report", result, "--pdf")
    assert ended.code == 2
    assert "Install Chromium, Chrome or Edge" in ended.err
    assert "BIASAUDIT_CHROMIUM" in ended.err
    assert not (result / "report.html").exists()


def test_a_run_says_so_before_it_measures_anything(command, no_browser, audit, tmp_path):
    folder, _, _ = audit
    ended = command("run", folder, "--format", "html,pdf", "--out", "other")
    assert ended.code == 2
    assert "Install Chromium" in ended.err
    assert not (tmp_path / "other").exists()


def test_a_browser_that_is_named_wrongly_is_told(command, result, monkeypatch):
    monkeypatch.setenv(pdf.BROWSER_VARIABLE, "no-such-browser")
    ended = command("report", result, "--pdf")
    assert ended.code == 2
    assert "BIASAUDIT_CHROMIUM names 'no-such-browser'" in ended.err


@pytest.mark.skipif(os.name != "posix", reason="stands in for a browser by a shell script")
def test_a_browser_that_prints_nothing_is_told_and_leaves_nothing_behind(command, result, monkeypatch, tmp_path):
    broken = _program(tmp_path / "bin" / "broken", "#!/bin/sh\necho 'no display' >&2\nexit 7\n")
    monkeypatch.setenv(pdf.BROWSER_VARIABLE, str(broken))
    before = {path.name for path in result.iterdir()}
    ended = command("report", result, "--format", "pdf")
    assert ended.code == 2
    assert "ended with code 7 and printed nothing: no display" in ended.err
    assert {path.name for path in result.iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="stands in for a browser by a shell script")
def test_the_browser_gets_the_page_without_its_script_and_its_pdf_is_taken(command, result, monkeypatch, tmp_path):
    copied = tmp_path / "seen.html"
    script = f"""#!/bin/sh
for word in "$@"; do
  case "$word" in
    --print-to-pdf=*) target="${{word#--print-to-pdf=}}" ;;
    file://*) cp "${{word#file://}}" {copied} ;;
  esac
done
printf '%%PDF-1.7 stand-in' > "$target"
"""
    monkeypatch.setenv(pdf.BROWSER_VARIABLE, str(_program(tmp_path / "bin" / "stand-in", script)))
    ended = command("report", result, "--pdf", "--lang", "fr")
    assert ended.code == 0, ended.err
    assert [line.rpartition("/")[2] for line in ended.out.split()] == ["report.fr.html", "report.fr.pdf"]
    assert (result / "report.fr.pdf").read_bytes() == b"%PDF-1.7 stand-in"
    seen = copied.read_text(encoding="utf-8")
    assert "<script>" not in seen
    assert "<script>" in (result / "report.fr.html").read_text(encoding="utf-8")
    assert "</main>" in seen
