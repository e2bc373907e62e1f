"""Things to try: what the script gets, and what the result holds about other rules and fewer labels."""

import html
import json
import re

import pytest

from biasaudit.report import render_html


def section(page):
    start = page.index('<section id="trying"')
    return page[start : page.index("</section>", start)]


def plain(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))).strip()


@pytest.fixture(scope="module")
def shown(rich):
    return section(render_html(rich))


def test_script_gets_numbers_of_every_group_counted_and_none_of_the_others(shown, rich):
    (counts,) = rich.score_counts
    held = json.loads(html.unescape(re.search(r'data-counts="([^"]*)"', shown)[1]))
    assert (held["cut"], held["value"], held["at"]) == (counts.cut, counts.cut_value, counts.at)
    assert [group["counts"] for group in held["groups"]] == [list(group.counts) for group in counts.groups]
    references = [counts.groups[group["reference"]] for group in held["groups"]]
    assert [one.group for one in references] == [counts.references[one.attribute] for one in counts.groups]
    rows = re.findall(r'<tr data-at="(\d+)"', shown)
    assert sorted(map(int, rows)) == list(range(len(counts.groups)))
    assert "all groups of age" in plain(shown)


def test_deciding_level_of_each_group_is_that_of_its_verdict(shown, rich):
    held = json.loads(html.unescape(re.search(r'data-counts="([^"]*)"', shown)[1]))
    levels = {(d.attribute, d.group): d.deciding.level for d in rich.disparities if d.measure == "selection_rate"}
    for group, sent in zip(rich.score_counts[0].groups, held["groups"], strict=True):
        if (group.attribute, group.group) in levels:
            assert sent["alpha"] == pytest.approx(1 - levels[group.attribute, group.group])


def test_a_rule_and_a_unit_left_out_are_told_as_the_result_holds_them(shown, rich):
    effect = next(one for one in rich.trace.rules if not one.is_declared and one.model_gap.is_defined)
    told = plain(shown)
    value, low, high = (
        f"{100 * end:.1f}".replace("-", "−")
        for end in (effect.model_gap.value, effect.model_gap.low, effect.model_gap.high)
    )
    assert f"The model trained on the labels of this rule has a gap of {value} in 100 ({low} to {high})." in told
    one = next(a for a in rich.trace.attribution if any(unit.drop_one is not None for unit in a.units))
    unit = next(unit for unit in one.units if unit.drop_one is not None)
    moves = f"{-100 * unit.drop_one:.1f}".replace("-", "−")
    assert re.search(
        rf"Trained without the labels of {unit.unit}, the model’s gap for .*? moves by {moves} in 100\.", told
    )
    # Each choice leads to a text, and each text is a choice.
    choices = set(re.findall(r'<option value="([^"]+)"', shown))
    assert choices == set(re.findall(r'<(?:p|div) id="(what-if-[^"]+)"', shown))


def test_there_is_nothing_to_try_without_scores_and_labels(invented):
    assert 'id="trying"' not in render_html(invented.minimal())
