"""How far annotators agree about the items of each group, and how groups differ in that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from biasaudit.data.table import Table
from biasaudit.measures.significance import adjusted_records
from biasaudit.results import ALL_GROUPS, Agreement, AgreementGap, AttributeFacts, Estimate, undefined
from biasaudit.traces.agreement.coefficients import (
    Coefficient,
    alpha,
    divided,
    gwet,
    percent_agreement,
    prevalence,
)
from biasaudit.traces.agreement.tallies import MOST_STEPS, Kind, Layout, Scale, scale_of, tallies_of
from biasaudit.traces.agreement.two_way import Resampled, estimate_of, permutation_p, resample, values_of
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS

#: Ending of the method of every interval here.
METHOD = "two-way bootstrap over items and annotators"
NO_LABEL, NO_PAIR = "no item of this group has a label", "no item has two labels"
ALL_EQUAL = "all labels are equal, so that chance agreement is full"
FEW_ANNOTATORS = f"fewer than {FEWEST_ANNOTATORS} annotators labelled these items"

Name = Literal["krippendorff_alpha", "percent_agreement", "prevalence", "gwet_ac1", "gwet_ac2", "below_80_percent"]
Compared = Literal["krippendorff_alpha", "percent_agreement", "gwet_ac1", "gwet_ac2", "below_80_percent"]


@dataclass(frozen=True, kw_only=True)
class _Measured:
    """One coefficient: its name in results, how it is computed, and what it says where it is undefined."""

    name: Name
    method: str
    coefficient: Coefficient
    missing: str


def measure_agreement(
    table: Table,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
    kind: Kind = "nominal",
    steps: int = 0,
) -> tuple[Agreement, ...]:
    """Measure agreement on the items of every group, of every attribute and of everyone.

    Krippendorff's alpha (:func:`biasaudit.traces.krippendorff_alpha`), percent agreement (share of equal pairs of
    labels, averaged over items with two labels at least), prevalence (share of positive labels),
    Gwet's AC1 or AC2 (:func:`biasaudit.traces.gwet_agreement`), and the share of items whose most frequent label has
    under 80 % of their labels. Alpha falls with rare labels and AC1 does not, so that the two are
    read together. Intervals are percentiles of up to 2,000 resamples of items and annotators
    (:mod:`biasaudit.traces.agreement.two_way`); the share of items under 80 % is drawn over items alone.

    Parameters
    ----------
    table : Table
        The items.
    ballots : Ballots
        Their labels.
    facts : sequence of AttributeFacts
        The attributes and intersections, with their groups.
    seed : int
        Seed of the resamples.
    level : float
        Level of the intervals.
    kind : {"nominal", "ordinal", "interval"}
        What ``ballots.value`` holds.
    steps : int
        Steps of the declared order of an ordinal scale.

    Returns
    -------
    tuple of Agreement
        Everyone first, then group by group; undefined for groups whose items fewer than 5
        annotators labelled.

    Raises
    ------
    NotApplicableError
        Where there are more than 30 classes, or more than 20 steps.
    """
    return _compared(table, ballots, facts, seed=seed, level=level, kind=kind, steps=steps, minimum_size=None)[0]


def compare_agreement(
    table: Table,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
    minimum_size: int,
    kind: Kind = "nominal",
    steps: int = 0,
) -> tuple[tuple[Agreement, ...], tuple[AgreementGap, ...]]:
    """Measure agreement (:func:`measure_agreement`), and how each group differs from its reference.

    The interval of a difference comes from the resamples of both groups, in which annotators are
    drawn once for both. Its p-value permutes group names over the items of the two groups
    (:func:`biasaudit.traces.agreement.two_way.permutation_p`); it is adjusted over all differences
    (Benjamini-Hochberg).

    Parameters
    ----------
    table, ballots, facts, seed, level, kind, steps
        As for :func:`measure_agreement`.
    minimum_size : int
        Items with two labels that each of two groups needs to be compared.

    Returns
    -------
    agreement : tuple of Agreement
        By group.
    gaps : tuple of AgreementGap
        Group minus reference; prevalence is not agreement and has none.
    """
    agreement, gaps = _compared(
        table, ballots, facts, seed=seed, level=level, kind=kind, steps=steps, minimum_size=minimum_size
    )
    return agreement, adjusted_records(gaps)


def _compared(
    table: Table,
    ballots: Ballots,
    facts: Sequence[AttributeFacts],
    *,
    seed: int,
    level: float,
    kind: Kind,
    steps: int,
    minimum_size: int | None,
) -> tuple[tuple[Agreement, ...], list[AgreementGap]]:
    scale = scale_of(ballots, kind, steps)
    tallies, measured = tallies_of(ballots, scale), _measured_on(scale)

    def drawn(group: IntArray, n_groups: int) -> Resampled:
        return resample(tallies, group, n_groups, ballots.item, ballots.annotator, seed=seed)

    everyone = drawn(np.zeros(ballots.n_items, dtype=np.intp), 1)
    found = [*_of_group(everyone, 0, measured, attribute=ALL_GROUPS, group=ALL_GROUPS, level=level)]
    gaps: list[AgreementGap] = []
    for attribute in facts:
        names = [one.group for one in attribute.groups]
        codes = group_codes(table, ballots, attribute)
        by_group = drawn(codes, len(names))
        for place, name in enumerate(names):
            found += _of_group(by_group, place, measured, attribute=attribute.name, group=name, level=level)
        if minimum_size is not None:
            gaps += _gaps(by_group, attribute, measured, minimum_size=minimum_size, seed=seed, level=level)
    return tuple(found), gaps


def group_codes(table: Table, ballots: Ballots, attribute: AttributeFacts) -> IntArray:
    """Give the place of each item's group among the groups of an attribute; -1 for none, shape (items,)."""
    place = {one.group: at for at, one in enumerate(attribute.groups)}
    names = np.asarray(table.attribute(attribute.name), dtype=object)[ballots.rows]
    return np.array([place.get(name, -1) for name in names], dtype=np.intp)


def _measured_on(scale: Scale) -> tuple[_Measured, ...]:
    """List the coefficients of a kind of labels."""
    layout = Layout(scale=scale)
    chance, weights = ("gwet_ac1", "") if scale.kind == "nominal" else ("gwet_ac2", ", quadratic weights")
    no_chance = ALL_EQUAL if scale.is_counted else f"labels take more than {MOST_STEPS} values, too many to weigh"
    return (
        _Measured(
            name="krippendorff_alpha", method=f"Krippendorff's alpha, {scale.kind}", coefficient=alpha(layout),
            missing=ALL_EQUAL,
        ),
        _Measured(
            name="percent_agreement", method="agreeing pairs, mean over items", coefficient=percent_agreement,
            missing=NO_PAIR,
        ),
        _Measured(
            name="prevalence", method="share of positive labels", coefficient=prevalence, missing="there is no label"
        ),
        _Measured(
            name="gwet_ac1" if chance == "gwet_ac1" else "gwet_ac2", method=f"Gwet's {chance[-3:].upper()}{weights}",
            coefficient=gwet(layout), missing=no_chance,
        ),
        _Measured(
            name="below_80_percent", method="share of items whose most frequent label has under 80 %",
            coefficient=divided, missing=NO_PAIR,
        ),
    )  # fmt: skip


def _of_group(
    found: Resampled, place: int, measured: Sequence[_Measured], *, attribute: str, group: str, level: float
) -> tuple[Agreement, ...]:
    n_items = int(found.items[place].sum())
    return tuple(
        Agreement(
            attribute=attribute,
            group=group,
            coefficient=one.name,
            estimate=_estimate(found, one, [(place, 1.0)], level=level),
            n_items=n_items,
            n_labels=int(found.labels[place]),
        )
        for one in measured
    )


def _estimate(found: Resampled, one: _Measured, terms: Sequence[tuple[int, float]], *, level: float) -> Estimate:
    """Estimate a coefficient or a difference of two, or say why it cannot be."""
    method = f"{one.method}; {'bootstrap over items' if one.name == 'below_80_percent' else METHOD}"
    for place, _ in terms:
        if not found.labels[place]:
            return undefined(NO_LABEL, method=method, level=level)
        if found.annotators[place] < FEWEST_ANNOTATORS:
            return undefined(FEW_ANNOTATORS, method=method, level=level)
        if one.name != "prevalence" and not found.sums[place, Layout.PAIRED]:
            return undefined(NO_PAIR, method=method, level=level)
    value, drawn = values_of(found, one.coefficient, terms)
    return estimate_of(value, drawn, missing=one.missing, method=method, level=level)


def _gaps(
    found: Resampled,
    attribute: AttributeFacts,
    measured: Sequence[_Measured],
    *,
    minimum_size: int,
    seed: int,
    level: float,
) -> list[AgreementGap]:
    """Hold every group of an attribute against its reference."""
    names = [one.group for one in attribute.groups]
    if attribute.reference not in names:
        return []
    other = names.index(attribute.reference)
    paired = found.sums[:, Layout.PAIRED].astype(int)
    gaps = []
    for own, name in enumerate(names):
        if own == other:
            continue
        compared = [one for one in measured if one.name != "prevalence"]
        enough = min(paired[own], paired[other]) >= minimum_size
        p_values = (
            permutation_p(found, [one.coefficient for one in compared], (own, other), seed=seed)
            if enough
            else np.full(len(compared), np.nan)
        )
        for one, p in zip(compared, p_values, strict=True):
            difference = _estimate(found, one, [(own, 1.0), (other, -1.0)], level=level)
            if not enough:
                few = f"fewer than {minimum_size} items with two labels in a group"
                difference = undefined(few, method=difference.method, level=level)
            gaps.append(
                AgreementGap(
                    attribute=attribute.name,
                    group=name,
                    reference=attribute.reference,
                    coefficient=one.name if one.name != "prevalence" else "percent_agreement",
                    difference=difference,
                    p_value=float(p) if np.isfinite(p) and difference.is_defined else None,
                    n_group=int(paired[own]),
                    n_reference=int(paired[other]),
                )
            )
    return gaps
