"""The groups of each protected attribute and intersection, and the one that others are held against."""

from __future__ import annotations

import numpy as np

from biasaudit.errors import DataError
from biasaudit.measures.counting import Counts, GroupCounts
from biasaudit.results import NOT_RECORDED, AttributeFacts, GroupSize
from biasaudit.spec import AuditSpec, ProtectedSpec, nearest_name
from biasaudit.spec.audit import GateSpec, Value

#: Rules by which a reference is chosen in the data, as an audit.toml names them.
LARGEST, MOST_SELECTED = "largest", "most_selected"
#: Rule of an intersection whose reference is the cross of its attributes' references.
CROSSED = "the references of its attributes, crossed"
#: The same, where one of them was chosen for being the most selected.
CROSSED_MOST_SELECTED = "the references of its attributes, crossed (one is the most_selected)"
#: Rule of an intersection in which no one belongs to that cross.
LARGEST_INSTEAD = "largest, because no one belongs to all the references of its attributes"
#: Why an attribute has no comparison.
ONE_GROUP = "everyone is in one group, so there is no one to compare with"


def attribute_facts(counts: Counts, spec: AuditSpec) -> tuple[AttributeFacts, ...]:
    """Describe every protected attribute and declared intersection as found in the counts.

    The reference of an attribute is the declared value (compared as text, and as a number where
    both are numbers, so that ``1`` finds the group ``1.0``), the ``largest`` group, or the
    ``most_selected`` among the groups that reach the minimum size. An intersection takes the cross
    of its attributes' references, and where no one belongs to it the largest group. People whose
    attribute is not recorded are a group like another, and are never chosen by a rule.

    Parameters
    ----------
    counts : Counts
        The joint table.
    spec : AuditSpec
        The declaration.

    Returns
    -------
    tuple of AttributeFacts
        Attributes, then intersections, in the declared order.

    Raises
    ------
    DataError
        Where a declared reference, or the group of a gate, does not occur among the rows judged.
    """
    facts = {
        protected.column: _attribute(counts.by(protected.column), protected, spec.groups.minimum_size)
        for protected in spec.protected
    }
    crossed = [_intersection(counts, [facts[column] for column in columns]) for columns in spec.groups.intersections]
    _check_gates((*facts.values(), *crossed), spec.gate)
    return (*facts.values(), *crossed)


def _check_gates(facts: tuple[AttributeFacts, ...], gates: tuple[GateSpec, ...]) -> None:
    """Refuse gates on a group that no one belongs to, or on the reference itself: they would never close."""
    by_name = {fact.name: fact for fact in facts}
    for place, gate in enumerate(gates, start=1):
        fact = by_name[gate.attribute]
        groups = [size.group for size in fact.groups]
        if gate.group is None or (gate.group in groups and gate.group != fact.reference):
            continue
        if gate.group == fact.reference:
            problem = (
                f"group = {gate.group!r} is the reference of {gate.attribute!r}, which is not compared with itself"
            )
            raise DataError(f"gate[{place}]: {problem}. Name another group, or none for all of them.")
        nearest = nearest_name(gate.group, groups)
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        raise DataError(
            f"gate[{place}]: {gate.attribute!r} has no group {gate.group!r}; it has {', '.join(map(repr, groups))}.{hint}"
        )


def not_compared(facts: AttributeFacts) -> str:
    """Say why an attribute has no comparison; the empty string where it has some.

    Examples
    --------
    >>> not_compared(
    ...     AttributeFacts(name="sex", columns=("sex",), reference="male", groups=(GroupSize(group="male", n=9),))
    ... )
    'everyone is in one group, so there is no one to compare with'
    """
    return ONE_GROUP if len(facts.groups) < 2 else ""  # noqa: PLR2004


def is_picked_from_decisions(facts: AttributeFacts) -> bool:
    """Whether the reference was chosen by looking at who is selected.

    Such a choice compares the extremes of all pairs of groups, so all pairs count in the family.
    """
    return facts.reference_rule in {MOST_SELECTED, CROSSED_MOST_SELECTED}


def _attribute(by: GroupCounts, protected: ProtectedSpec, minimum_size: int) -> AttributeFacts:
    rule = protected.reference if protected.reference in (LARGEST, MOST_SELECTED) else "declared"
    if rule == LARGEST:
        reference = _largest(by)
    elif rule == MOST_SELECTED:
        reference = _most_selected(by, minimum_size)
    else:
        reference = _declared(by, protected)
    return AttributeFacts(
        name=protected.column,
        columns=(protected.column,),
        reference=reference,
        reference_rule=str(rule),
        reason=protected.reason,
        groups=_sizes(by),
    )


def _intersection(counts: Counts, parts: list[AttributeFacts]) -> AttributeFacts:
    name = " x ".join(part.name for part in parts)
    by = counts.by(name)
    reference = " x ".join(part.reference for part in parts)
    rule = CROSSED_MOST_SELECTED if any(is_picked_from_decisions(part) for part in parts) else CROSSED
    if reference not in by.groups:
        reference, rule = _largest(by), LARGEST_INSTEAD
    return AttributeFacts(
        name=name,
        columns=tuple(part.name for part in parts),
        reference=reference,
        reference_rule=rule,
        groups=_sizes(by),
    )


def _sizes(by: GroupCounts) -> tuple[GroupSize, ...]:
    people, chosen = by.n.sum(axis=(1, 2, 3)), by.n[..., 1].sum(axis=(1, 2))
    return tuple(
        GroupSize(group=group, n=round(n), n_selected=float(selected))
        for group, n, selected in zip(by.groups, people.tolist(), chosen.tolist(), strict=True)
    )


def _choosable(by: GroupCounts, least: float) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Places of the groups a rule may choose: recorded and large enough, as far as there are such."""
    recorded = np.array([NOT_RECORDED not in group.split(" x ") for group in by.groups])
    enough = by.n.sum(axis=(1, 2, 3)) >= least
    for may_be in (recorded & enough, recorded):
        if may_be.any():
            return np.flatnonzero(may_be)
    return np.arange(len(by.groups))


def _largest(by: GroupCounts) -> str:
    places = _choosable(by, 0.0)
    people = by.n.sum(axis=(1, 2, 3))[places]
    return by.groups[int(places[np.argmax(people)])]


def _most_selected(by: GroupCounts, minimum_size: int) -> str:
    places = _choosable(by, minimum_size)
    weight = by.weight.sum(axis=(1, 2))[places]
    total = weight.sum(axis=-1)
    rate = np.divide(weight[:, 1], total, out=np.zeros(len(places)), where=total > 0)
    return by.groups[int(places[np.argmax(rate)])]


def _declared(by: GroupCounts, protected: ProtectedSpec) -> str:
    wanted = protected.reference
    for same in (_same_text, _same_number):
        for group in by.groups:
            if same(wanted, group):
                return group
    sizes = by.n.sum(axis=(1, 2, 3))
    listed = ", ".join(f"{group!r} ({round(n):,})" for group, n in zip(by.groups, sizes.tolist(), strict=True))
    message = (
        f"Protected attribute {protected.column!r}: no one judged belongs to the declared reference {str(wanted)!r}. "
        f"The groups are: {listed}."
    )
    nearest = nearest_name(str(wanted), by.groups)
    raise DataError(f"{message} Did you mean {nearest!r}?" if nearest else message)


def _same_text(wanted: Value, group: str) -> bool:
    return str(wanted) == group or (isinstance(wanted, bool) and str(wanted).lower() == group.lower())


def _same_number(wanted: Value, group: str) -> bool:
    try:
        return not isinstance(wanted, bool) and float(wanted) == float(group)
    except ValueError:
        return False
