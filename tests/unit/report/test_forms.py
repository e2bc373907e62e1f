"""Forms of a result: figures as measured, nothing guessed, nothing claimed, nothing about too few people."""

import html
import json
import re

import pytest

from biasaudit.errors import ResultError
from biasaudit.report import FORMS, LANGUAGES, render_form
from biasaudit.results import AttributeFacts, GroupSize, GroupValue, LocalLaw144, Rate, digest, estimated, to_json
from biasaudit.results.forms import DeclaredForms

ROLES = {"sex": "sex", "race": "origin"}


def written(result, form, **options):
    roles = options.pop("roles", ROLES if form == "ll144" else {})
    return render_form(result, form, roles=roles, markup=options.pop("markup", "md"), **options)


def rows_of(text):
    """Cells of the rows of all tables of a Markdown text."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def letters(text):
    """Leave out all that is markup in one of two forms and not in the other."""
    return "".join(character for character in text if character.isalnum())


def of_groups(groups, **declared):
    """Give a function that puts one attribute with these groups (selected, all) into a result."""

    def put(result):
        facts = AttributeFacts(
            name="sex",
            columns=("sex",),
            reference=next(iter(groups)),
            groups=tuple(GroupSize(group=group, n=n, n_selected=k) for group, (k, n) in groups.items()),
        )
        rates = tuple(
            Rate(
                attribute="sex",
                group=group,
                measure="selection_rate",
                n=n,
                estimate=estimated(k / n, method="wilson"),
            )
            for group, (k, n) in groups.items()
        )
        audit = result.audit.model_copy(update={"forms": DeclaredForms(ll144=LocalLaw144(sex="sex", **declared))})
        data = result.data.model_copy(update={"attributes": (facts,)})
        return result.model_copy(update={"audit": audit, "data": data, "rates": rates, "disparities": ()})

    return put


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("markup", ["html", "md"])
def test_a_form_is_the_same_twice_and_names_date_digest_and_what_it_is_not(rich, form, code, markup):
    text = written(rich, form, language=code, markup=markup)
    assert text == written(rich, form, language=code, markup=markup)
    assert digest(rich) in text
    assert {"en": "2 March 2026", "fr": "2 mars 2026"}[code] in text
    assert {"en": "It does not say that a law is complied with", "fr": "Elle ne dit pas qu’une loi est respectée"}[
        code
    ] in text
    assert {"en": "Simulated data.", "fr": "Données simulées."}[code] in text
    assert text.endswith("\n")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_page_and_markdown_say_the_same(rich, form, code):
    page = letters(html.unescape(re.sub(r"<[^>]+>", "", written(rich, form, language=code, markup="html"))))
    for line in written(rich, form, language=code).splitlines():
        for part in line.split(" | "):
            assert letters(part) in page, part


@pytest.mark.parametrize("form", FORMS)
def test_no_form_praises_or_claims(rich, form):
    text = written(rich, form).lower()
    for word in ("compliant", "in compliance", "passed", "unbiased", "certif", "no discrimination"):
        assert word not in text
    assert "fair" not in text.replace("fairlearn", "")


@pytest.mark.parametrize("form", FORMS)
def test_each_place_named_is_in_the_result(rich, form):
    plain = json.loads(to_json(rich))
    places = re.findall(r"\(`(/[^`]*)`\)", written(rich, form))
    assert places
    for place in places:
        held = plain
        for part in place[1:].split("/"):
            held = held[int(part)] if isinstance(held, list) else held[part]
        assert held


@pytest.mark.parametrize("form", FORMS)
def test_a_page_has_no_script_and_asks_for_nothing(rich, form):
    page = written(rich, form, markup="html")
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)
    assert page.count("<h1") == 1


def test_ll144_has_three_tables_with_ratios_to_the_highest_rate(rich):
    text = written(rich, "ll144")
    rows = rows_of(text)
    assert ["male", "1,405", "346", "24.6", "1.00", "–"] in rows
    assert ["female", "938", "218", "23.2", "0.94", "–"] in rows
    assert ["European", "1,696", "458", "27.0", "1.00", "–"] in rows
    assert ["non-European", "606", "97", "16.0", "0.59", "–"] in rows
    assert ["female × non-European", "241", "42", "17.4", "0.62", "–"] in rows
    assert "(not recorded)" not in text
    assert "41 people assessed have no known category" in text
    assert "0 people assessed have no known category" in text
    assert text.count("## ") == 4
    assert "0.80" not in text
    assert "four fifths" not in text.lower()


def test_ll144_names_what_only_a_person_knows_unless_it_is_declared(rich):
    assert "- [ ] Distribution date of the tool" in written(rich, "ll144")
    law = LocalLaw144(sex="sex", race="origin", distributed="5 January 2026", data_source="All of 2025.")
    told = rich.model_copy(update={"audit": rich.audit.model_copy(update={"forms": DeclaredForms(ll144=law)})})
    text = written(told, "ll144", roles={})
    assert "Distribution date of the tool, as declared: 5 January 2026" in text
    assert "Source and explanation of the data, as declared: All of 2025." in text
    assert "- [ ] Distribution date" not in text
    assert "- [ ] Who the independent auditor is" in text


def test_ll144_guesses_no_attribute(rich):
    with pytest.raises(ResultError, match=r"\[forms\.ll144\].*'origin', 'sex', 'age'"):
        written(rich, "ll144", roles={})
    with pytest.raises(ResultError, match="No attribute 'gender' is in this result, so it cannot be sex"):
        written(rich, "ll144", roles={"sex": "gender"})
    with pytest.raises(ResultError, match="'sex' is declared as sex and as race"):
        written(rich, "ll144", roles={"sex": "sex", "race": "sex"})
    with pytest.raises(ResultError, match="'age' is no role"):
        written(rich, "ll144", roles={"age": "age"})


def test_ll144_of_one_attribute_says_which_tables_are_missing(rich):
    text = written(rich, "ll144", roles={"race": "origin"})
    assert "Race and ethnicity categories" in text
    assert "Sex categories" not in text
    assert "- [ ] The tables that are missing here" in text


def test_ll144_withholds_small_categories_and_none_of_them_leads(rich):
    groups = {"f": (30.0, 100.0), "m": (50.0, 100.0), "x": (4.0, 4.0)}
    text = written(of_groups(groups)(rich), "ll144", roles={})
    rows = rows_of(text)
    assert ["x", "fewer than 5", "–", "–", "–", "withheld: fewer than 5 people"] in rows
    assert ["f", "100", "30", "30.0", "0.60", "–"] in rows
    assert "Nothing is shown on categories of fewer than 5 people" in text


def test_ll144_keeps_small_categories_unless_the_auditor_gives_a_reason(rich):
    groups = {"f": (300.0, 1000.0), "m": (500.0, 1000.0), "x": (19.0, 20.0)}
    kept = rows_of(written(of_groups(groups)(rich), "ll144", roles={}))
    assert ["x", "20", "19", "95.0", "1.00", "under 2 % of the data"] in [
        [cell.replace("\u00a0", " ") for cell in row] for row in kept
    ]
    assert ["f", "1,000", "300", "30.0", "0.32", "–"] in kept
    text = written(of_groups(groups, small_reason="Twenty people say little.")(rich), "ll144", roles={})
    left = [[cell.replace("\u00a0", " ") for cell in row] for row in rows_of(text)]
    assert ["x", "20", "19", "95.0", "–", "under 2 % of the data, left out of the ratios"] in left
    assert ["f", "1,000", "300", "30.0", "0.60", "–"] in left
    assert "Twenty people say little." in text


def test_ll144_counts_declared_unknowns_and_writes_fractions_of_ties(rich):
    groups = {"f": (30.5, 100.0), "m": (50.0, 100.0), "prefer not to say": (7.0, 9.0)}
    text = written(of_groups(groups, unknown=("prefer not to say",))(rich), "ll144", roles={})
    assert "9 people assessed have no known category" in text
    assert "prefer not to say |" not in text
    assert ["f", "100", "30.5", "30.5", "0.61", "–"] in rows_of(text)
    assert "people at the cut-off count with their chance" in text
    few = written(
        of_groups({**groups, "prefer not to say": (2.0, 3.0)}, unknown=("prefer not to say",))(rich), "ll144", roles={}
    )
    assert "Fewer than 5 people assessed have no known category" in few


def test_ll144_where_nobody_is_selected_gives_no_ratio(rich):
    text = written(of_groups({"f": (0.0, 100.0), "m": (0.0, 100.0)})(rich), "ll144", roles={})
    assert ["f", "100", "0", "0.0", "–", "no ratio: nobody was selected"] in rows_of(text)


def test_ll144_of_a_scoring_tool_uses_the_share_above_the_median(rich):
    values = tuple(
        GroupValue(
            attribute="sex",
            group=group,
            kind="scoring_rate",
            measure="scoring_rate",
            n=100,
            estimate=estimated(share, method="wilson"),
        )
        for group, share in (("f", 0.4), ("m", 0.65))
    )
    scored = of_groups({"f": (1.0, 100.0), "m": (9.0, 100.0)}, rate="scoring")(rich)
    text = written(scored.model_copy(update={"group_values": values}), "ll144", roles={})
    assert text.startswith("# New York City Local Law 144: scoring rates")
    assert ["f", "100", "40.0", "0.62", "–"] in rows_of(text)
    unmeasured = written(scored.model_copy(update={"group_values": ()}), "ll144", roles={})
    assert ["f", "100", "–", "–", "not measured"] in rows_of(unmeasured)


def test_decisions_that_harm_fill_no_table_of_selections(results):
    with pytest.raises(ResultError, match="counts against a person"):
        written(results["minimal"], "ll144", roles={"sex": "sex"})
    with pytest.raises(ResultError, match="no comparison with the most selected group"):
        written(results["minimal"], "four-fifths")


def test_four_fifths_compares_with_the_most_selected_group(rich):
    text = written(rich, "four-fifths")
    rows = rows_of(text)
    assert ["European", "1,696", "458", "27.0", "–", "–", "–", "–", "highest rate"] in rows
    origin = next(row for row in rows if row[0] == "non-European")
    assert origin[:4] == ["non-European", "606", "97", "16.0"]
    assert origin[4].startswith("0.59 (")
    assert origin[5:] == ["under 0.001", "under 0.001", "34", "below"]
    sex = next(row for row in rows if row[0] == "female")
    assert sex[5:] == ["0.410", "0.533", "0", "not below"]
    assert "Each group is compared with European, the most selected one" in text
    assert "is not adjusted" in text


def test_four_fifths_says_nothing_about_few_people(rich):
    first = rich.impact_ratios[0]
    few = first.model_copy(update={"n_group": 3.0, "p_value": None, "p_two_more": None, "shortfall": None})
    rows = rows_of(written(rich.model_copy(update={"impact_ratios": (few,)}), "four-fifths"))
    row = next(row for row in rows if row[0] == "non-European")
    assert row[1:4] == ["fewer than 5", "–", "–"]
    assert row[-1] == "withheld: fewer than 5 people"
    small = rows_of(
        written(rich.model_copy(update={"impact_ratios": (first.model_copy(update={"share": 0.019}),)}), "four-fifths")
    )
    assert "need not be compared" in next(row for row in small if row[0] == "non-European")[-1]


def test_annex_iv_holds_what_is_measured_and_what_is_not(rich):
    text = written(rich, "annex-iv")
    for said in (
        "The data hold 9,412 rows. Gaps are measured on 2,343 applicants. (`/data`)",
        "The model sees 3 inputs: a\\_levels, surname and birthplace. (`/data/features`)",
        "For everybody: accuracy 0.930 (0.920 to 0.940). (`/model/performance/0`)",
        "- `BA301` Non-European applicants are selected less often",
        "Gate, not met: ratio of the selection rate by origin at least 0.80",
        "- [ ] Signature",
        "- [ ] Whether any of them leads to discrimination that Union law prohibits",
    ):
        assert said in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Annex IV, point 2(d): the data",
        "## Annex IV, point 2(g): validation and testing",
        "## Article 10(2)(f): examination for possible biases",
        "## Article 10(2)(g): measures against biases",
    ]


def test_annex_iv_says_so_where_no_label_can_be_followed(rich):
    traced = rich.trace.traceability.model_copy(update={"complete": 0.0})
    text = written(
        rich.model_copy(update={"trace": rich.trace.model_copy(update={"traceability": traced})}), "annex-iv"
    )
    assert "Of no label is it known at once who gave it" in text


def test_annex_iv_names_french_law_as_the_french_text_does(rich):
    text = written(rich, "annex-iv", language="fr")
    assert "règlement (UE) 2024/1689" in text
    assert "Article 10, paragraphe 2, point f)" in text


@pytest.mark.parametrize("form", ["annex-iv", "model-card"])
@pytest.mark.parametrize("kind", ["minimal", "partial", "large"])
def test_forms_of_other_results_are_written(results, form, kind):
    for code in LANGUAGES:
        for markup in ("html", "md"):
            assert written(results[kind], form, language=code, markup=markup)


def test_model_card_holds_rates_of_every_attribute(rich):
    text = written(rich, "model-card")
    assert [
        "non-European",
        "606",
        "16.0",
        "−11.0 (−14.5 to −7.2)",
        "0.59 (0.49 to 0.72)",
        "beyond the tolerance",
    ] in rows_of(text)
    assert "- [ ] What it must not be used for" in text


def test_a_form_or_language_that_there_is_not_is_refused(rich):
    with pytest.raises(ResultError, match="'bogus' is no form"):
        render_form(rich, "bogus")
    with pytest.raises(ResultError, match="No report is written in 'de'"):
        render_form(rich, "model-card", language="de")
