"""Several decisions: the stages of a funnel, and a decision with more than two values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import Table
from biasaudit.data.values import as_text, equals, text_of
from biasaudit.errors import DataError
from biasaudit.measures.shares import Measured, share_values
from biasaudit.results import AttributeFacts, GroupGap, GroupValue
from biasaudit.spec import ClassesSpec, StageSpec

BoolArray = npt.NDArray[np.bool_]

#: More classes than this are no decision that anyone reads one by one.
MOST_CLASSES = 30


def measure_stages(
    judged: Table, facts: Iterable[AttributeFacts], stages: Sequence[StageSpec], level: float = 0.95
) -> Measured:
    """Measure each stage of a funnel among those who came to it, and all stages so far together.

    Parameters
    ----------
    judged : Table
        The rows judged.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    stages : sequence of StageSpec
        In order. Who did not pass a stage is not among those of the next; an empty cell there is
        someone who did not come to it or whose passing is not known, and is not counted as passed.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        ``passed`` (of those who came to the stage) and ``passed_so_far`` (of all), by stage.
    gaps : tuple of GroupGap
        Gap and ratio of each.

    Raises
    ------
    DataError
        Where no one passed a stage: its ``passed_value`` does not occur.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    here = np.ones(len(judged), dtype=bool)
    for stage in stages:
        passed = equals(judged.frame[stage.column], stage.passed_value) == 1
        if not passed.any():
            shown = ", ".join(repr(v) for v in sorted(as_text(judged.frame[stage.column]).dropna().unique())[:8])
            raise DataError(
                f"stage column {stage.column!r} never holds passed_value = {stage.passed_value!r}; it holds {shown}."
            )
        subject, through = stage.name or stage.column, here & passed
        for fact in facts:
            for measure, among in (("passed", here), ("passed_so_far", None)):
                found = share_values(
                    judged,
                    fact,
                    through.astype(float),
                    kind="stage",
                    measure=measure,
                    subject=subject,
                    level=level,
                    among=among,
                )
                values += found[0]
                gaps += found[1]
        here = through
    return tuple(values), tuple(gaps)


def measure_classes(
    judged: Table, facts: Iterable[AttributeFacts], classes: ClassesSpec, level: float = 0.95
) -> Measured:
    """Measure a decision with many values, each value against the rest.

    Parameters
    ----------
    judged : Table
        The rows judged.
    facts : iterable of AttributeFacts
        Attributes and intersections.
    classes : ClassesSpec
        Columns of the class decided and, where declared, of the class that was right.
    level : float
        Level of the intervals.

    Returns
    -------
    values : tuple of GroupValue
        ``decided`` by class, and with a truth ``tpr``, ``fpr`` and ``ppv`` by class and ``accuracy``
        over all; rows without a truth leave those.
    gaps : tuple of GroupGap
        Gap and ratio of each.

    Raises
    ------
    DataError
        Where a declared class does not occur, or there are too many to read.
    """
    values: list[GroupValue] = []
    gaps: list[GroupGap] = []
    decided = as_text(judged.frame[classes.decision])
    truth = None if classes.truth is None else as_text(judged.frame[classes.truth])
    facts = tuple(facts)
    for measure, subject, counted, among in _questions(decided, truth, _names(decided, truth, classes)):
        for fact in facts:
            found = share_values(
                judged,
                fact,
                counted.astype(float),
                kind="class",
                measure=measure,
                subject=subject,
                level=level,
                among=among,
            )
            values += found[0]
            gaps += found[1]
    return tuple(values), tuple(gaps)


def _names(decided: pd.Series, truth: pd.Series | None, classes: ClassesSpec) -> list[str]:
    present = sorted({*decided.dropna().unique(), *(() if truth is None else truth.dropna().unique())})
    declared = classes.values  # noqa: PD011 - no frame
    wanted = [str(text_of(value)) for value in declared] or present
    missing = [name for name in wanted if name not in present]
    if missing or len(wanted) > MOST_CLASSES:
        what = f"{missing[0]!r} does not occur" if missing else f"{len(wanted)} are too many to hold one by one"
        raise DataError(f"[classes] of {classes.decision!r}: {what}; it holds {', '.join(map(repr, present[:8]))}.")
    return wanted


def _questions(
    decided: pd.Series, truth: pd.Series | None, names: Sequence[str]
) -> Iterable[tuple[str, str, BoolArray, BoolArray]]:
    """List what is counted among whom, by class."""
    is_known = decided.notna().to_numpy()
    for name in names:
        yield "decided", name, (decided == name).to_numpy(), is_known
    if truth is None:
        return
    both = is_known & truth.notna().to_numpy()
    for name in names:
        yes, really = (decided == name).to_numpy(), (truth == name).to_numpy()
        yield "tpr", name, yes, both & really
        yield "fpr", name, yes, both & ~really
        yield "ppv", name, really, both & yes
    yield "accuracy", "", (decided == truth).to_numpy(), both
