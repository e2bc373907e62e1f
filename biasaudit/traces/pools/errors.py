"""How often labels of each pool about each group are not what turned out, where that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from biasaudit.data.annotations import AnnotationLog
from biasaudit.data.table import BoolArray, FloatArray, Table
from biasaudit.errors import NotApplicableError
from biasaudit.measures.intervals import t_quantile
from biasaudit.results import (
    FEWEST_PEOPLE,
    TOO_FEW_TO_SHOW,
    AttributeFacts,
    Estimate,
    PoolErrors,
    estimated,
    undefined,
)
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.pools.layout import Pools, pools_of
from biasaudit.traces.rules.applied import known_truth

METHOD = "share of labels; clustered by annotator"
NO_NEGATIVES = "no labelled item of the group is truly negative"
NO_POSITIVES = "no labelled item of the group is truly positive"
FEW_ANNOTATORS = f"fewer than {FEWEST_ANNOTATORS} annotators of the pool labelled such items"


def measure_pool_errors(
    table: Table, log: AnnotationLog, ballots: Ballots, facts: Sequence[AttributeFacts], *, level: float
) -> tuple[PoolErrors, ...]:
    """Measure false positives and false negatives of every pool among the labels of every group.

    Labels are held against the truth where one is declared, else against reference labels. The
    recipe: all labels pooled, each counting once; the interval by annotators (a ratio of sums, with
    Student's t), cut at 0 and 1.

    Parameters
    ----------
    table : Table
        The items.
    log : AnnotationLog
        The labels.
    ballots : Ballots
        The same as arrays, labels 0 or 1.
    facts : sequence of AttributeFacts
        The attributes and intersections.
    level : float
        Level of the intervals.

    Returns
    -------
    tuple of PoolErrors
        Empty where there is neither truth nor reference labels, or labels are marks. Only pools of
        at least 5 annotators.
    """
    against: Literal["truth", "reference"] = "truth" if table.truth is not None else "reference"
    if (against == "reference" and "reference" not in log.frame) or not ballots.is_binary:
        return ()
    known = known_truth(table, log, ballots)[ballots.item]
    found = []
    for kind in dict.fromkeys((*log.units, *log.attributes)):
        try:
            pools = pools_of(log, ballots, kind)
        except NotApplicableError:
            continue
        true = known[pools.source]
        for attribute in facts:
            groups = table.attribute(attribute.name)
            code = groups.codes[pools.rows][pools.item]
            places = {str(name): at for at, name in enumerate(groups.categories)}
            for size in attribute.groups:
                on_group = (code == places.get(size.group, -2)) & np.isfinite(true)
                for unit in range(len(pools.names)):
                    own = on_group & (pools.unit == unit)
                    if not own.any():
                        continue
                    if (
                        record := _record(
                            pools,
                            own,
                            true,
                            unit=unit,
                            attribute=attribute.name,
                            group=size.group,
                            against=against,
                            level=level,
                        )
                    ) is not None:
                        found.append(record)
    return tuple(found)


def _record(
    pools: Pools,
    own: BoolArray,
    true: FloatArray,
    *,
    unit: int,
    attribute: str,
    group: str,
    against: Literal["truth", "reference"],
    level: float,
) -> PoolErrors | None:
    annotators = _annotators(pools, own)
    if annotators < FEWEST_ANNOTATORS:
        return None
    return PoolErrors(
        unit_kind=pools.kind,
        unit=pools.names[unit],
        attribute=attribute,
        group=group,
        against=against,
        false_positives=_share(pools, own & (true == 0), pools.value, NO_NEGATIVES, level),
        false_negatives=_share(pools, own & (true == 1), 1 - pools.value, NO_POSITIVES, level),
        annotators=annotators,
        labels=int(own.sum()),
        n_items=len(np.unique(pools.item[own])),
    )


def _annotators(pools: Pools, labels: BoolArray) -> int:
    return len(np.unique(pools.annotator_of_block[pools.block[labels]]))


def _share(pools: Pools, labels: BoolArray, wrong: FloatArray, empty: str, level: float) -> Estimate:
    """Give a share of labels with its interval by annotators."""
    items = len(np.unique(pools.item[labels]))
    reason = empty if not items else TOO_FEW_TO_SHOW if items < FEWEST_PEOPLE else ""
    if not reason and _annotators(pools, labels) < FEWEST_ANNOTATORS:
        reason = FEW_ANNOTATORS
    if reason:
        return undefined(reason, method=METHOD, level=level)
    annotator = pools.annotator_of_block[pools.block[labels]]
    counts = np.bincount(annotator)
    sums = np.bincount(annotator, wrong[labels])[counts > 0]
    counts = counts[counts > 0]
    share, n = float(sums.sum() / counts.sum()), len(counts)
    left = sums - share * counts
    error = float(np.sqrt(n / (n - 1) * (left @ left))) / float(counts.sum())
    if error == 0:
        return estimated(share, method=METHOD, level=level)
    reach = t_quantile(level, n - 1) * error
    return estimated(share, max(share - reach, 0.0), min(share + reach, 1.0), method=METHOD, level=level)
