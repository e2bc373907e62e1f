"""Markdown for a pull request."""

import pytest

from biasaudit.report import LANGUAGES, render_markdown

KINDS = ("rich", "minimal", "partial", "hostile", "large")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_markdown_is_the_same_twice_and_ends_in_one_line_feed(results, kind, code):
    text = render_markdown(results[kind], language=code)
    assert text == render_markdown(results[kind], language=code)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_markdown_tells_verdicts_gates_rates_and_findings(results):
    text = render_markdown(results["rich"])
    assert (
        "Non-European applicants are called to interview less often than European applicants: 16 against 27 in 100."
        in text
    )
    assert (
        "**Not met**: Ratio of the selection rate by origin at least 0.80: 0.59 (0.50 to 0.69) for non-European" in text
    )
    assert "| non-European | 606 | 16.0 | −11.0 (−14.5 to −7.2) | 0.59 (0.49 to 0.72) | beyond the tolerance |" in text
    assert "`BA301`" not in text  # the verdicts above say it already
    assert "`BA502` Panel 2's labels carry it." in text
    assert "> **Simulated data.**" in text


def test_failed_steps_are_told(results):
    assert (
        "**What drives the scores** (failed): ValueError: the explainer &lt;b&gt;stopped&lt;/b&gt;�"
        in render_markdown(results["partial"])
    )


def test_hostile_names_are_escaped_and_rows_keep_their_cells(results):
    text = render_markdown(results["hostile"])
    assert "<script" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
