"""How many of each group there are, where, and against what."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import Table
from biasaudit.data.values import text_of
from biasaudit.errors import DataError
from biasaudit.measures.intervals import score_ratio, wilson
from biasaudit.measures.people import group_of_rows
from biasaudit.results import AttributeFacts, Estimate, Representation, estimated, undefined
from biasaudit.spec import PopulationSpec, nearest_name

FloatArray = npt.NDArray[np.float64]

NO_ONE_THERE = "no one of the group trains the model, so nothing can be divided by their share"
#: A population's shares may be rounded: so much may they exceed one together.
_ROUNDED = 0.01


def measure_representation(
    table: Table,
    facts: Iterable[AttributeFacts],
    population: Iterable[PopulationSpec] = (),
    *,
    trained: bool = False,
    level: float = 0.95,
) -> tuple[Representation, ...]:
    """Measure how large each group is among those judged and those who trained the model.

    A declared population share is taken as known. Where none is declared for a group, the share
    among those judged is held against that among those who trained.

    Parameters
    ----------
    table : Table
        All rows kept.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    population : iterable of PopulationSpec
        Declared shares.
    trained : bool
        Whether the rows not judged trained the model.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of Representation
        By attribute, place (train, judged) and group.

    Raises
    ------
    DataError
        Where a declared group does not occur, or shares of an attribute exceed one.
    """
    facts = tuple(facts)
    declared = _declared(table, facts, population)
    found: list[Representation] = []
    for fact in facts:
        column = group_of_rows(table, fact.name)
        groups = [str(group) for group in column.categories]
        rows = {"train": ~table.is_judged, "judged": table.is_judged} if trained else {"judged": table.is_judged}
        sizes = {name: _sizes(column.codes[here], len(groups), table.weight[here]) for name, here in rows.items()}
        for name, (people, effective, k, n) in sizes.items():
            for place, group in enumerate(groups):
                known = declared.get((fact.name, group))
                held = None if known is not None or name == "train" or not trained else sizes["train"]
                against, ratio = None, None
                if known is not None:
                    against, ratio = known.share, _scaled(k[place], n, known.share, level)
                elif held is not None:
                    against = float(held[2][place] / held[3])
                    ratio = _between(k[place], n, held[2][place], held[3], level)
                low, high = (float(end) for end in wilson(effective[place] / 2, effective[place], level))
                found.append(
                    Representation(
                        attribute=fact.name,
                        group=group,
                        where="train" if name == "train" else "judged",
                        n=int(people[place]),
                        effective_n=float(effective[place]),
                        share=_scaled(k[place], n, 1.0, level),
                        against=None if against is None else "population" if known is not None else "train",
                        share_against=against,
                        ratio=ratio,
                        half_width=(high - low) / 2 if effective[place] > 0 else 0.5,
                        source=known.source if known is not None else "",
                    )
                )
    return tuple(found)


def _declared(
    table: Table, facts: tuple[AttributeFacts, ...], population: Iterable[PopulationSpec]
) -> dict[tuple[str, str], PopulationSpec]:
    """Find the declared shares by attribute and group."""
    known: dict[tuple[str, str], PopulationSpec] = {}
    names = {fact.name: [str(group) for group in group_of_rows(table, fact.name).categories] for fact in facts}
    for one in population:
        group = str(text_of(one.group))
        if group not in names[one.attribute]:
            nearest = nearest_name(group, names[one.attribute])
            listed = ", ".join(map(repr, names[one.attribute]))
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            raise DataError(f"[[population]]: {one.attribute!r} has no group {group!r}; it has {listed}.{hint}")
        known[one.attribute, group] = one
    for attribute in {key[0] for key in known}:
        total = sum(one.share for key, one in known.items() if key[0] == attribute)
        if total > 1 + _ROUNDED:
            raise DataError(
                f"[[population]]: the shares of {attribute!r} add up to {total:.3f}, which is more than one."
            )
    return known


def _sizes(
    codes: npt.NDArray[np.integer], groups: int, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """People, effective size, and effective count of each group among the effective size of all."""
    people = np.bincount(codes, minlength=groups)
    total, squares = (np.bincount(codes, weights=part, minlength=groups) for part in (weight, weight**2))
    effective = np.divide(total**2, squares, out=np.zeros(groups), where=squares > 0)
    n = float(total.sum() ** 2 / squares.sum()) if squares.sum() > 0 else 0.0
    return people.astype(float), effective, (total / total.sum() * n if n else total).astype(float), n


def _scaled(k: float, n: float, share: float, level: float) -> Estimate:
    """Share over a known one, with Wilson's interval."""
    if n <= 0:
        return undefined("no one is here", method="wilson", level=level)
    low, high = wilson(k, n, level)
    value = float(k / n)
    ends = min(float(low), value) / share, max(float(high), value) / share
    return estimated(value / share, *ends, method="wilson", level=level)


def _between(k: float, n: float, held: float, held_n: float, level: float) -> Estimate:
    if held <= 0:
        return undefined(NO_ONE_THERE, method="score ratio", level=level)
    low, high = score_ratio(k, n, held, held_n, level)
    value = float(k / n / (held / held_n))
    return estimated(value, min(float(low), value), max(float(high), value), method="score ratio", level=level)
