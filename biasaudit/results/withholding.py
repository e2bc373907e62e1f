"""Numbers about so few people that they would speak of a person are withheld from a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biasaudit.results.estimate import Estimate, Record, undefined
from biasaudit.results.records import AuditResult

#: Fewest people that a number may rest on: the threshold rule of statistical disclosure control with
#: the threshold that this project also keeps for annotators.
FEWEST_PEOPLE = 5
#: Why such a number is null.
TOO_FEW_TO_SHOW = f"withheld: it rests on fewer than {FEWEST_PEOPLE} people, and would speak of a person"

#: Fields that say how many people a record's numbers rest on.
_SIZES = ("n", "n_group", "n_reference", "n_items", "n_searched", "n_held_out")
#: Parts of a result in which records of a withheld group are left out whole, since a value is needed there.
_LEFT_OUT = (
    "drivers",
    "driver_totals",
    "pooled_rates",
    "decompositions",
    "sweeps",
    "label_errors",
    "confounding",
    "causes",
)
#: What other fields become beside a withheld estimate.
_BESIDE: dict[str, Any] = {
    "p_value": None, "p_adjusted": None, "rows_needed": None, "verdict": "cannot_tell", "n_selected": None,
    "rate_group": None, "rate_reference": None, "signs_disagree": False, "detectable": None, "share": None,
    "p_two_more": None, "shortfall": None,
    "label_p_adjusted": None, "model_p_adjusted": None,
    "logit_p_value": None, "logit_p_adjusted": None, "flagged": False,
}  # fmt: skip


def withhold_small_cells(result: AuditResult) -> AuditResult:
    """Withhold every number that rests on fewer than :data:`FEWEST_PEOPLE` people.

    Groups stay listed with their size; rates, gaps, intervals, p-values and numbers selected become
    null with their reason. A rate is withheld for a small denominator too: of three people who
    should have been called, the share that was says something about each. Empty groups and
    denominators keep their own reason.

    Parameters
    ----------
    result : AuditResult
        As measured.

    Returns
    -------
    AuditResult
        As it may be written.
    """
    sizes = {(facts.name, size.group): size.n for facts in result.data.attributes for size in facts.groups}
    update: dict[str, Any] = {"data": _withheld(result.data, sizes)}
    for part in type(result).model_fields:
        value = getattr(result, part)
        if isinstance(value, tuple) and value and isinstance(value[0], Record):
            records = [one for one in value if part not in _LEFT_OUT or not _is_small(one, sizes)]
            update[part] = tuple(_withheld(one, sizes) for one in records)
    if result.model is not None:
        update["model"] = _withheld(result.model, sizes)
    if result.trace is not None:
        update["trace"] = _withheld(result.trace, sizes)
    return result.model_copy(update=update)


def _is_small(record: Record, sizes: Mapping[tuple[str, str], int]) -> bool:
    attribute = getattr(record, "attribute", None)
    held: list[float | None] = [getattr(record, name, None) for name in _SIZES]
    held += [sizes.get((attribute, getattr(record, name, ""))) for name in ("group", "reference") if attribute]
    return any(size is not None and 0 < size < FEWEST_PEOPLE for size in held)


def _withheld(record: Any, sizes: Mapping[tuple[str, str], int]) -> Any:
    """Give a record without what speaks of too few, down through the records it holds."""
    is_small = _is_small(record, sizes)
    update: dict[str, Any] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Estimate):
            if is_small:
                update[name] = undefined(TOO_FEW_TO_SHOW, method=value.method, level=value.level)
        elif isinstance(value, tuple) and value and isinstance(value[0], Record):
            update[name] = tuple(_withheld(one, sizes) for one in value)
        elif isinstance(value, Record):
            update[name] = _withheld(value, sizes)
        elif is_small and name in _BESIDE:
            update[name] = _BESIDE[name]
        elif is_small and name == "reason" and hasattr(record, "verdict"):
            update[name] = TOO_FEW_TO_SHOW
    return record.model_copy(update=update) if update else record
