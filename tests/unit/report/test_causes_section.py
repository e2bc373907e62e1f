"""What a reader is told of the parts of a gap, and of a graph that does not tell them."""

import re

import pytest

from biasaudit.report import render_html
from biasaudit.results import Accepted, Arrow, CausalGap, DeclaredCauses, Estimate, HiddenCause, undefined

WHY = "a hidden cause (ability) joins marks, called, which origin reaches on paths of different kinds: what comes from that cause cannot be told from what comes along the paths"


def estimate(value, low, high):
    return Estimate(value=value, low=low, high=high, method="means within every combination of values, Student")


def parts(group="non-European", *, stage="decision", **changed):
    """Give the parts of one gap: most of it direct."""
    values = {
        "direct": estimate(-0.08, -0.11, -0.05),
        "unjustified": estimate(-0.02, -0.03, -0.01),
        "justified": estimate(-0.01, -0.02, 0.0),
        "spurious": estimate(0.005, -0.01, 0.02),
        "total": estimate(-0.105, -0.13, -0.08),
    } | changed
    paths = {"unjustified": (("origin", "name", "called"),), "justified": (("origin", "marks", "called"),)}
    return tuple(
        CausalGap(
            attribute="origin", group=group, reference="European", stage=stage, part=part, estimate=value,
            paths=paths.get(part, ()), n_group=200, n_reference=400,
            e_value=None if value.value is None or part == "spurious" else 2.4,
            e_value_limit=None if value.value is None or part == "spurious" else 1.7,
        )
        for part, value in values.items()
    )  # fmt: skip


def declared(**changed):
    arrows = [("origin", "name"), ("origin", "marks"), ("origin", "called"), ("name", "called"), ("marks", "called")]
    return DeclaredCauses(
        arrows=tuple(Arrow(cause=one, effect=other) for one, other in arrows),
        accepted=(Accepted(through="marks", reason="marked by people who know no name"),),
        end="called",
        **changed,
    )


def with_causes(result, causes, graph=None):
    return result.model_copy(update={"causes": causes, "declared_causes": graph or declared()})


def section(result, language="en"):
    page = render_html(result, language=language)
    found = re.findall(r'<section id="causes">.*?</section>', page, flags=re.DOTALL)
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", "".join(found), flags=re.DOTALL)
    return re.sub(r"[ \n]+", " ", text)


def test_each_part_is_told_with_its_interval_and_the_e_value(rich):
    text = section(with_causes(rich, parts()))
    assert "−8.0 in 100 (−11.0 to −5.0) of the gap of −10.5" in text
    assert "−2.0 in 100 (−3.0 to −1.0) come along ways that nobody declared accepted ( name )" in text
    assert "−1.0 in 100 (−2.0 to 0.0) come along ways declared accepted ( marks )" in text
    assert "0.5 in 100 (−1.0 to 2.0) come from what acts on the decision and merely goes with the attribute" in text
    assert "by a ratio of 2.4 each; by 1.7" in text
    assert "Accepted, whatever passes through marks : marked by people who know no name" in text


def test_a_direct_part_that_may_be_nothing_is_not_told_as_something(rich):
    text = section(with_causes(rich, parts(direct=estimate(-0.02, -0.05, 0.01))))
    assert "cannot be told from nothing: −2.0 in 100" in text
    assert "would explain this direct part away" not in text


def test_a_model_that_decides_the_same_under_both_values_is_said_to(rich):
    text = section(with_causes(rich, parts(direct=estimate(0.0, 0.0, 0.0))))
    assert "Nothing of the gap of −10.5 in 100" in text
    assert "the model decides the same" in text


def test_what_is_refused_has_its_reason_and_no_bar(rich):
    nothing = undefined(WHY, method="means within every combination of values, Student")
    refused = dict.fromkeys(("direct", "unjustified", "justified"), nothing)
    graph = declared(hidden=(HiddenCause(name="ability", acts_on=("marks", "called")),))
    result = with_causes(rich, parts(**refused), graph)
    text = section(result)
    assert "comes straight from origin cannot be told" in text
    assert "Not told: along other declared ways and along accepted ways" in text
    assert WHY in text
    assert "part by part" not in text
    assert "Not measured: ability , which acts on marks and called" in text
    assert "une cause cachée (ability) relie" in section(result, "fr")


def test_parts_that_are_not_split_are_drawn_together(rich):
    nothing = undefined(WHY, method="means within every combination of values, Student")
    changed = {"unjustified": nothing, "justified": nothing, "indirect": estimate(-0.03, -0.05, -0.01)}
    page = render_html(with_causes(rich, parts(**changed)), language="en")
    assert "along declared ways, accepted or not: −3.0" in page.replace("Along", "along")


def test_labels_are_told_after_decisions(rich):
    text = section(with_causes(rich, (*parts(), *parts(stage="label", direct=estimate(-0.06, -0.09, -0.03)))))
    assert "In the recorded labels, −6.0 in 100 (−9.0 to −3.0) of a gap of −10.5 come straight from origin" in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_names_stay_text(rich, language):
    evil = '<script>alert("x")</script>'
    graph = declared(hidden=(HiddenCause(name=evil, acts_on=("marks", "called")),), source=evil)
    page = render_html(with_causes(rich, parts(), graph), language=language)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_there_is_no_section_without_a_declaration(rich):
    assert section(rich) == ""


def test_a_large_graph_is_drawn_with_counted_boxes(rich):
    names = [f"record_{at}" for at in range(12)]
    arrows = [*(("origin", name) for name in names), *((name, "called") for name in names), ("origin", "called")]
    graph = DeclaredCauses(arrows=tuple(Arrow(cause=one, effect=other) for one, other in arrows), end="called")
    page = render_html(with_causes(rich, parts(), graph), language="en")
    assert "and 9 more" in page
    assert page.count("record_3 → called") >= 1
