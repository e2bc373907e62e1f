"""Verdict sentences: what, how sure, compared with what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.report.edition import edition_of
from biasaudit.report.verdicts import digits_for, verdict_sentences
from biasaudit.results import estimated


@pytest.fixture
def told(invented):
    """Writes the verdict of one attribute with two groups, given counts and changes of its gap."""

    def tell(groups, *, language="en", gap=None, ratio=None, **audit):
        rates, disparities = invented.measured("origin", groups, next(iter(groups)))
        changes = {"gap": gap or {}, "ratio": ratio or {}}
        disparities = [each.model_copy(update=changes[each.statistic]) for each in disparities]
        facts = invented.facts("origin", groups, next(iter(groups)))
        base = invented.minimal()
        declared = {"decision": "called to interview", "people": "applicants", "nature": "real", **audit}
        result = base.model_copy(
            update={
                "audit": invented.audit(**declared),
                "data": base.data.model_copy(update={"attributes": (facts,)}),
                "rates": tuple(rates),
                "disparities": tuple(disparities),
            }
        )
        edition = edition_of(result, language)
        return " ".join(edition.says(said) for said in verdict_sentences(result, facts))

    return tell


GROUPS = {"European": (270.0, 1000.0), "non-European": (160.0, 1000.0)}


def test_gap_beyond_the_tolerance_says_who_how_much_how_sure_and_against_what(told):
    text = told(GROUPS, gap={"estimate": estimated(-0.11, -0.15, -0.07, method="newcombe"), "verdict": "exceeds"})
    assert text == (
        "Non-European applicants are called to interview less often than European applicants: 16 against 27 in 100. "
        "The gap lies between 7 and 15, beyond the 5 in 100 that this audit tolerates."
    )


def test_group_that_is_selected_more_often_is_told_so(told):
    groups = {"European": (160.0, 1000.0), "non-European": (270.0, 1000.0)}
    text = told(groups, decision="stopped", positive_is="unfavourable")
    assert text.startswith(
        "Non-European applicants are stopped more often than European applicants: 27 against 16 in 100."
    )


def test_gap_within_the_tolerance_is_told_with_its_sign(told):
    groups = {"men": (250.0, 1000.0), "women": (240.0, 1000.0)}
    gap = {"estimate": estimated(-0.01, -0.04, 0.02, method="newcombe"), "verdict": "within"}
    text = told(groups, gap=gap, ratio={"verdict": "within"})
    assert text == (
        "Women applicants and men applicants are called to interview about equally often: 24.0 and 25.0 in 100. "
        "The gap lies between −4 and 2, within the tolerance of 5."
    )


def test_small_but_certain_gap_within_the_tolerance_is_not_called_equal(told):
    gap = {"estimate": estimated(-0.03, -0.04, -0.02, method="newcombe"), "verdict": "within"}
    text = told(GROUPS, gap=gap, ratio={"verdict": "within"})
    assert "less often" in text
    assert "between 2 and 4, within the tolerance of 5" in text
    assert "equally" not in text


def test_gap_within_and_ratio_beyond_is_told_by_the_ratio(told):
    gap = {"verdict": "within"}
    ratio = {"estimate": estimated(0.5, 0.4, 0.62, method="score"), "verdict": "exceeds"}
    text = told(GROUPS, gap=gap, ratio=ratio)
    assert (
        "The ratio of the two rates lies between 0.40 and 0.62, outside the 0.80 to 1.25 that this audit tolerates."
        in text
    )


def test_undecided_gap_names_the_rates_the_widened_interval_and_what_would_settle_it(told):
    gap = {"deciding": estimated(-0.02, -0.09, 0.14, method="newcombe"), "verdict": "cannot_tell", "rows_needed": 873}
    text = told({"European": (270.0, 1000.0), "non-European": (10.0, 41.0)}, gap=gap, ratio={"verdict": "within"})
    assert text == (
        "For non-European applicants this audit cannot tell: 24.4 in 100 are called to interview, against 27.0 in 100 "
        "European applicants. A gap anywhere between −9 and 14 in 100 fits the data, and up to 5 is tolerated. About 880 "
        "people in that group would settle it."
    )


def test_group_under_the_minimum_is_never_judged(told):
    text = told({"European": (270.0, 1000.0), "non-European": (0.0, 12.0)})
    assert text.startswith(
        "For non-European applicants this audit cannot tell: there are only 12, under its minimum of 30"
    )


def test_groups_whose_names_are_no_adjectives_are_told_by_their_attribute(told):
    groups = {"under 21": (270.0, 1000.0), "21-25": (160.0, 1000.0), "(not recorded)": (10.0, 60.0)}
    text = told(groups)
    assert (
        "Applicants with origin 21-25 are called to interview less often than applicants with origin under 21" in text
    )
    assert "applicants whose origin is not recorded" in text


def test_only_group_has_nothing_to_be_compared_with(told):
    assert told({"European": (27.0, 100.0)}) == "There is only one group of origin, so there is nothing to compare."


def test_french_uses_the_phrases_of_the_audit_where_it_gives_them(told):
    translations = {
        "fr": {
            "applicants": "candidats",
            "called to interview": "convoqué à un entretien",
            "are called to interview": "sont convoqués à un entretien",
            "European applicants": "candidats au nom européen",
            "non-European applicants": "candidats au nom non européen",
        }
    }
    gap = {"estimate": estimated(-0.11, -0.15, -0.07, method="newcombe"), "verdict": "exceeds"}
    text = told(GROUPS, language="fr", gap=gap, translations=translations)
    assert text == (
        "Les candidats au nom non européen sont convoqués à un entretien moins souvent que les candidats au nom européen"
        "\u00a0: 16 contre 27 sur\u00a0100. L’écart est compris entre 7 et 15, au-delà des 5 sur\u00a0100 que cet audit tolère."
    )


def test_french_needs_no_agreement_where_the_audit_gives_single_words(told):
    translations = {"fr": {"applicants": "candidats", "called to interview": "convoqué à un entretien"}}
    text = told(GROUPS, language="fr", translations=translations)
    assert text.startswith(
        "La décision «\u00a0convoqué à un entretien\u00a0» est moins fréquente pour les candidats du groupe"
    )


shares = st.floats(min_value=-1, max_value=1, allow_nan=False)


@given(low=shares, high=shares, tolerance=st.sampled_from([0.01, 0.05, 0.1]))
def test_rounding_never_moves_a_number_onto_the_tolerance(low, high, tolerance):
    digits = digits_for(low, high, apart=tolerance)
    for share in (low, high):
        if round(share * 100, 2) != round(tolerance * 100, 2):
            assert round(share * 100, digits) != round(tolerance * 100, digits)
