"""Findings: what was found stands open, what was not is named and opens with a click; nothing is left out."""

import re

from biasaudit.report import render_html
from biasaudit.results import Finding


def section(result):
    text = render_html(result)
    start = text.index('<section id="findings">')
    return text[start : text.index("</section>", start)]


def test_two_findings_of_a_check_stand_open_and_the_others_are_counted(rich):
    held = tuple(
        Finding(code="BA301", title="Who is selected", outcome="found", claim=f"Claim {at}.", evidence=("/rates/0",))
        for at in range(4)
    )
    text = section(rich.model_copy(update={"findings": held}))
    assert "2 more findings of this check" in text
    assert text.index("Claim 1.") < text.index("<details") < text.index("Claim 2.") < text.index("</details>")
    assert "more finding" not in section(rich.model_copy(update={"findings": held[:2]}))


def test_checks_that_found_nothing_are_named_and_say_more_when_opened(rich):
    none = Finding(code="BA102", title="Groups", outcome="not_found", claim="None is small.", evidence=("/rates/0",))
    text = section(rich.model_copy(update={"findings": (none,)}))
    named = re.search(r'<ul class="checks">.*?</ul>', text, re.DOTALL)
    assert "Groups" in named[0]
    assert "BA102" in named[0]
    assert text.index("<details") < text.index("None is small.") < text.index("</details>")
