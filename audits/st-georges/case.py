"""The one question particular to this case: what agreement with the panel proves, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

from biasaudit import AuditResult, Finding, english, in_100, name, sentence

CODE = "ST-GEORGES-01"
TITLE = "Agreement with the panel is not equal treatment"
#: Where the school's agreement lay, and where it was taken as a proof that the program worked.
REASSURING = 0.90
GROUP, REFERENCE = "non-European", "European"

__all__ = ["checks"]


def checks() -> list[Callable[[AuditResult], list[Finding]]]:
    """Give the checks of this case."""
    return [agreement_with_the_panel]


def agreement_with_the_panel(result: AuditResult) -> list[Finding]:
    """Hold the program's agreement with the panel beside the panel's own gap."""
    performance = result.model.performance if result.model else ()
    places = [place for place, each in enumerate(performance) if each.measure == "accuracy" and each.attribute is None]
    rates = {
        rate.group: (place, rate.estimate)
        for place, rate in enumerate(result.rates)
        if rate.attribute == "origin" and rate.measure == "base_rate"
    }
    if not places or not {GROUP, REFERENCE} <= set(rates):
        reason = "the agreement with the panel, or the panel's own rates by origin, were not measured"
        return [Finding(code=CODE, title=TITLE, outcome="not_applicable", claim="", reason=reason)]
    agreement = performance[places[0]].estimate
    (group_place, group), (reference_place, reference) = rates[GROUP], rates[REFERENCE]
    message = sentence(
        "Program and panel agree on {agreement} of 100 forms ({low} to {high}). That is not evidence of equal "
        "treatment, because the panel is what the program imitates: the panel itself calls {rate} of 100 {group} "
        "applicants and {rate_reference} of 100 {reference} ones.",
        agreement=in_100(agreement.value),
        low=in_100(agreement.low),
        high=in_100(agreement.high),
        rate=in_100(group.value),
        rate_reference=in_100(reference.value),
        group=name(GROUP),
        reference=name(REFERENCE),
    )
    caveat = sentence("A program that agreed with the panel on every form would hand on all of the panel's gap.")
    return [
        Finding(
            code=CODE,
            title=TITLE,
            outcome="found" if (agreement.value or 0.0) >= REASSURING else "not_found",
            claim=english(message),
            message=message,
            caveats=(caveat,),
            evidence=(
                f"/model/performance/{places[0]}",
                f"/rates/{group_place}",
                f"/rates/{reference_place}",
            ),
        )
    ]
