"""What the coefficients of agreement say together about two groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biasaudit.results.tracing import Agreement, AgreementGap, Trace

#: Adjusted p-values up to this are taken as more than chance: the common 5 %.
TOLD_FROM = 0.05
#: The coefficients that allow for chance: alpha falls where one answer is rare, Gwet's does not.
_CHANCE = ("gwet_ac1", "gwet_ac2")


@dataclass(frozen=True, kw_only=True)
class Together:
    """Two groups, what is known of them, and what the coefficients say together.

    Attributes
    ----------
    said : str
        ``less`` or ``more`` where alpha and Gwet's coefficient both say so of the group,
        ``divided`` where only one of them does or they say opposite things, else ``cannot_tell``.
    gaps : dict
        Differences by coefficient, each with its place in ``trace.agreement_gaps``.
    own, other : dict
        Values of the group and its reference by coefficient, with their places in ``trace.agreement``.
    """

    said: Literal["less", "more", "divided", "cannot_tell"]
    gaps: dict[str, tuple[int, AgreementGap]]
    own: dict[str, tuple[int, Agreement]]
    other: dict[str, tuple[int, Agreement]]

    @property
    def gwet(self) -> str:
        """Name of the coefficient of Gwet that was measured."""
        return next((name for name in _CHANCE if name in self.gaps), _CHANCE[0])


def compared_agreement(trace: Trace, attribute: str, group: str, reference: str) -> Together | None:
    """Put together what is known of the agreement about a group and its reference.

    Parameters
    ----------
    trace : Trace
        The trace.
    attribute, group, reference : str
        The comparison.

    Returns
    -------
    Together or None
        None where alpha, Gwet's coefficient or percent agreement are undefined for one of them.
    """
    gaps: dict[str, tuple[int, AgreementGap]] = {
        gap.coefficient: (at, gap)
        for at, gap in enumerate(trace.agreement_gaps)
        if (gap.attribute, gap.group, gap.reference) == (attribute, group, reference) and gap.difference.is_defined
    }
    own, other = (agreement_of(trace, attribute, name) for name in (group, reference))
    gwet = next((name for name in _CHANCE if name in gaps), None)
    if gwet is None or "krippendorff_alpha" not in gaps or "percent_agreement" not in gaps:
        return None
    signs = tuple(_sign(gaps[name][1]) for name in ("krippendorff_alpha", gwet))
    said: Literal["less", "more", "divided", "cannot_tell"] = "divided"
    if signs[0] == signs[1]:
        said = "cannot_tell" if signs[0] == 0 else "less" if signs[0] < 0 else "more"
    return Together(said=said, gaps=gaps, own=own, other=other)


def agreement_of(trace: Trace, attribute: str, group: str) -> dict[str, tuple[int, Agreement]]:
    """Collect what is known of the agreement of all annotators about one group, by coefficient."""
    return {
        one.coefficient: (at, one)
        for at, one in enumerate(trace.agreement)
        if (one.attribute, one.group, one.unit_kind) == (attribute, group, "")
    }


def is_told(gap: AgreementGap) -> bool:
    """Whether a difference is more than chance: an interval clear of zero, and an adjusted p-value that small."""
    return _sign(gap) != 0


def _sign(gap: AgreementGap) -> int:
    low, high = gap.difference.low, gap.difference.high
    if low is None or high is None or gap.p_adjusted is None or gap.p_adjusted > TOLD_FROM:
        return 0
    return 1 if low > 0 else -1 if high < 0 else 0
