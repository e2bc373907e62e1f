"""Scores and decisions of a model on the rows where gaps are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.roles import listed
from biasaudit.data.table import FloatArray, Table
from biasaudit.data.values import as_text, equals
from biasaudit.errors import DataError
from biasaudit.models.deciding import Decisions, decide, require_finite
from biasaudit.models.model import Model
from biasaudit.spec import AuditSpec


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a model says about the judged rows.

    Attributes
    ----------
    scores : array of float, shape (n,), or None
        None where only decisions were given.
    decisions : Decisions
        Who is selected.
    """

    scores: FloatArray | None
    decisions: Decisions


def judge(model: Model, judged_table: Table, spec: AuditSpec) -> Judgement:
    """Score the judged rows and decide on them.

    Parameters
    ----------
    model : Model
        However it came.
    judged_table : Table
        Only the rows on which gaps are measured.
    spec : AuditSpec
        Holds the cut, or the value that means selected.

    Returns
    -------
    Judgement
        Scores, where there are any, and decisions.

    Raises
    ------
    DataError
        Where a given score or decision is missing or cannot be read, with how many and the first row.
    """
    if model.kind == "decisions":
        return Judgement(scores=None, decisions=_given(judged_table.frame[model.source], judged_table, spec))
    if model.score is not None:
        scores = model.score(judged_table.frame)
    else:
        scores = _numbers(judged_table.frame[model.source], judged_table)
    require_finite(scores)
    decisions = decide(scores, spec.model, weight=judged_table.weight, scale=model.scale)
    return Judgement(scores=scores, decisions=decisions)


def _given(column: pd.Series, table: Table, spec: AuditSpec) -> Decisions:
    selected = equals(column, spec.model.selected_value)
    missing = np.isnan(selected)
    if missing.any():
        first = int(np.flatnonzero(missing)[0])
        raise DataError(
            f"column {column.name!r}: {int(missing.sum())} of {len(column)} judged rows have no decision; the first is "
            f"the item {table.ids[first]!r}. Fill them in, or leave those rows out."
        )
    if not selected.any():
        raise DataError(
            f"column {column.name!r} never holds selected_value = {spec.model.selected_value!r}; "
            f"it holds {listed(sorted(as_text(column).dropna().unique()))}."
        )
    return Decisions(selected=selected, cut="given", cut_value=None, cutoff_score=None, tied_at_cutoff=0)


def _numbers(column: pd.Series, table: Table) -> FloatArray:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        found = as_text(column.iloc[[first]]).iloc[0]
        raise DataError(
            f"column {column.name!r}: {int(wrong.sum())} of {len(column)} judged rows have no finite score; the first "
            f"is the item {table.ids[first]!r}, with {'nothing' if found is None else repr(found)}. "
            "Mend or leave out those rows."
        )
    return np.asarray(numbers, dtype=np.float64)
