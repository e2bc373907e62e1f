"""Kinds of pools in the order in which they are told, and those that are the same people under other names."""

from __future__ import annotations

from biasaudit.results import PoolOverlap, Trace

#: Decimals to which effects of the same pools under other names are alike.
_ALIKE_DIGITS = 9


def twin_kinds(trace: Trace) -> dict[str, str]:
    """Name the kinds that divide annotators as another one told before does: a vendor and its one subcontractor."""
    seen: dict[tuple[object, ...], str] = {}
    twins = {}
    for _, overlap in kinds_told(trace):
        kind = overlap.unit_kind
        sizes = sorted((pool.annotators or 0, pool.items, pool.labels) for pool in overlap.pools)
        # Sizes may be alike by design; then what was measured is not.
        effects = sorted(
            (one.attribute, one.group, round(one.effect.value, _ALIKE_DIGITS))
            for one in trace.pools
            if one.unit_kind == kind and one.effect.value is not None
        )
        if len(sizes) > 1 and effects:
            first = seen.setdefault((*sizes, *effects), kind)
            if first != kind:
                twins[kind] = first
    return twins


def kinds_told(trace: Trace) -> list[tuple[int, PoolOverlap]]:
    """Put kinds with a flagged pool first."""

    def is_quiet(pair: tuple[int, PoolOverlap]) -> bool:
        return not any(one.flagged for one in trace.pools if one.unit_kind == pair[1].unit_kind)

    return sorted(enumerate(trace.pool_overlap), key=is_quiet)
