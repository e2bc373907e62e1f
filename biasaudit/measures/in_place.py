"""The counting pass where the rows live: the same counts as in memory, and no row is ever loaded."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.cells import occupied
from biasaudit.data.grouping import Cut, Key, Question, Raw
from biasaudit.data.places import Place, open_place
from biasaudit.data.roles import MOST_NUMERIC_GROUPS, check_columns, feature_names, listed, never_positive
from biasaudit.data.table import FloatArray, crossed_columns
from biasaudit.errors import DataError, NotApplicableError
from biasaudit.measures.answers import Answer, States, known_keys, known_positive, truth_value
from biasaudit.measures.counting import UNKNOWN, Axis, Cells, Counts, Role
from biasaudit.measures.cutoffs import Line, find_line
from biasaudit.measures.histograms import ScoreHistogram
from biasaudit.measures.histograms_in_place import count_scores
from biasaudit.measures.margins import MOST_CELLS, plan_tables, wanted_margins
from biasaudit.results import Dropped, Fingerprint
from biasaudit.spec import AuditSpec, Declaration

#: Rows looked at to guess how many values a column has; only the plan of tables depends on it.
GLANCE = 2_048


@dataclass(frozen=True, kw_only=True)
class CountedInPlace:
    """What one counting pass brings home.

    Attributes
    ----------
    counts : Counts
        Of the rows on which gaps are measured.
    rows_read, rows_judged : int
        People in the source, and those on whom gaps are measured.
    dropped : tuple of Dropped
        Rows left out, with their reasons.
    features : tuple of str
        Columns without another role, or those declared.
    periods : tuple of str
        Periods that occur among the rows judged, sorted.
    line : Line or None
        Where scores were cut; None where decisions were given.
    n_selected : float
        People decided positive; ties count fractionally.
    histograms : dict of str to ScoreHistogram
        Scores of the groups of each attribute and intersection; empty where decisions were given.
    fingerprint : callable
        Gives the sha256 of the files, of the counts where there are none. Reading a file for it takes
        about as long as counting it, so it is taken when it is asked for.
    """

    counts: Counts
    rows_read: int
    rows_judged: int
    dropped: tuple[Dropped, ...]
    features: tuple[str, ...]
    periods: tuple[str, ...]
    line: Line | None
    n_selected: float
    histograms: dict[str, ScoreHistogram]
    fingerprint: Callable[[], Fingerprint]


def needs_rows(spec: AuditSpec) -> str:
    """Say why an audit cannot be counted in place; the empty string where it can.

    Parameters
    ----------
    spec : AuditSpec
        The declaration.

    Returns
    -------
    str
        A reason, as the end of a sentence.
    """
    if spec.model.way not in {"score", "decision"}:
        return "the model is trained or scored here"
    if spec.annotations is not None:
        return "labels are followed back item by item"
    if spec.data.split is not None and spec.data.split.column is None:
        return "the rows to judge are drawn by their ids"
    if spec.causes is not None:
        return "what people have in the declared causes is compared person by person"
    if spec.quantity or spec.stage or spec.classes or spec.measure or spec.search:
        return "quantities, stages, classes, own measures and the search look at each row"
    return ""


def count_in_place(data: Any, declaration: Declaration, *, folder: Path | None = None) -> CountedInPlace:
    """Count a table where it lives: in a frame, a file, a folder, a database or a cluster.

    One grouped sum answers an audit whose columns have few values; where their joint table would be
    large, a few grouped sums do. What comes back is as long as there are combinations of values, so
    memory is bounded by the counts and not by the rows. Values are turned into groups, outcomes and
    decisions by the same functions as in memory, applied to the distinct values.

    Parameters
    ----------
    data : frame, str or Path
        Anything :func:`biasaudit.data.places.open_place` opens.
    declaration : Declaration
        An audit of decisions or scores made elsewhere.
    folder : Path, optional
        Folder that relative paths start from; that of the declaration by default.

    Returns
    -------
    CountedInPlace
        The counts, and what was left out.

    Raises
    ------
    NotApplicableError
        Where the audit needs the rows themselves (see :func:`needs_rows`).
    DeclarationError, DataError
        Where declared columns do not exist, or hold what cannot be used; as in memory.

    Examples
    --------
    >>> import pandas as pd
    >>> from biasaudit.spec import declare
    >>> audit = declare(
    ...     {
    ...         "schema": 1,
    ...         "audit": {"name": "calls", "title": "Who is called?"},
    ...         "data": {},
    ...         "protected": [{"column": "sex"}],
    ...         "model": {"score": "points", "quota": 1},
    ...     }
    ... )
    >>> people = pd.DataFrame({"sex": ["f", None, "m"], "points": [7, 5, 7]})
    >>> found = count_in_place(people, audit)
    >>> found.counts.by("sex").groups, found.line.cutoff_score, found.line.tied_at_cutoff
    (('(not recorded)', 'f', 'm'), 7.0, 2)
    """
    spec = declaration.spec
    if why := needs_rows(spec):
        raise NotApplicableError(f"the table cannot be counted where it lives: {why}")
    where = folder if folder is not None else declaration.folder
    with open_place(data, folder=where, table=spec.data.table, query=spec.data.query) as place:
        return _counted(place, declaration)


def _counted(place: Place, declaration: Declaration) -> CountedInPlace:
    spec, columns = declaration.spec, list(place.rows.columns)
    check_columns(columns, declaration)
    features = feature_names(columns, spec)
    axes = _axis_keys(spec)
    margins = wanted_margins([(role, name) for role, name, _ in axes], spec.groups.intersections)
    sizes = _sizes(place, axes, is_planned=len(margins) == 1)
    states = States(spec=spec)
    line = None if spec.model.score is None else find_line(place, spec, states)
    plan = plan_tables(margins, sizes, MOST_CELLS)
    judging = (*known_keys(spec), _decided(spec, line))
    questions = [
        Question(
            keys=(*states.keys(but=judging), *judging, *(axes[each][2] for each in table)),
            weight=spec.data.weight,
            count=spec.data.count,
        )
        for table in plan
    ]
    answers = [
        Answer.of(cells, question, place.read)
        for cells, question in zip(place.rows.ask_all(questions), questions, strict=True)
    ]
    rows_read, dropped = states.accounts(answers[0], place.source)
    kept, judged = states.kept(answers[0]), states.judged(answers[0])
    _refuse(spec, answers[0], kept, judged, place.source)
    _refuse_numbers(axes, answers)
    if spec.data.id is not None:
        _refuse_repeats(
            place, spec, states, rows=int(answers[0].rows[kept].sum()), people=answers[0].people[kept].sum()
        )
    parts = [states.judged(answer) for answer in answers]
    levels = [_levels(key, answers, parts) for _, _, key in axes]
    is_weighted = spec.data.weight is not None and bool(answers[0].least[judged].min() < answers[0].most[judged].max())
    counts = Counts(
        axes=tuple(
            Axis(role=role, name=name, levels=level) for (role, name, _), level in zip(axes, levels, strict=True)
        ),
        tables=tuple(
            _cells(answer, rows, table, axes, levels, spec, line, is_weighted=is_weighted)
            for answer, rows, table in zip(answers, parts, plan, strict=True)
        ),
        has_actual=bool(known_keys(spec)),
        is_weighted=is_weighted,
    )
    chosen = float(counts.tables[0].n[:, 1].sum())
    periods = next((level for (role, _, _), level in zip(axes, levels, strict=True) if role == "period"), ())
    people = float(answers[0].people[judged].sum())
    return CountedInPlace(
        counts=counts,
        rows_read=rows_read,
        rows_judged=round(people),
        dropped=dropped,
        features=features,
        periods=periods,
        line=line,
        n_selected=chosen,
        histograms={} if line is None else count_scores(place, spec, states, _crossed(axes, spec), line),
        fingerprint=functools.partial(_fingerprint, place, counts, rows_read),
    )


def _axis_keys(spec: AuditSpec) -> list[tuple[Role, str, Key]]:
    """List the columns to count by: attributes, strata, period."""
    axes: list[tuple[Role, str, Key]] = [
        ("attribute", one.column, Raw(one.column) if one.edges is None else Cut(one.column, one.edges))
        for one in spec.protected
    ]
    axes += [("stratum", name, Raw(name)) for name in spec.data.strata]
    if spec.data.period is not None:
        axes.append(("period", spec.data.period, Raw(spec.data.period)))
    return axes


def _crossed(axes: list[tuple[Role, str, Key]], spec: AuditSpec) -> dict[str, tuple[Key, ...]]:
    """Give the columns of each attribute and declared intersection."""
    keys = {name: key for role, name, key in axes if role == "attribute"}
    crosses = [" x ".join(columns) for columns in spec.groups.intersections]
    return {name: tuple(keys[one] for one in crossed_columns(name, tuple(keys))) for name in (*keys, *crosses)}


def _sizes(place: Place, axes: list[tuple[Role, str, Key]], *, is_planned: bool) -> list[int]:
    """Guess the values of each column from the first rows; refuse numbers that want edges at once.

    Where one table is wanted whatever the sizes, and no attribute is a number, nothing is looked at.
    """
    has_numbers = any(
        role == "attribute" and isinstance(key, Raw) and place.rows.columns[name] == "number"
        for role, name, key in axes
    )
    if is_planned and not has_numbers:
        return [1] * len(axes)
    seen = place.rows.sizes({key.column for _, _, key in axes}, GLANCE)
    for role, name, key in axes:
        many = role == "attribute" and isinstance(key, Raw) and seen[name] > MOST_NUMERIC_GROUPS + 1
        if many and place.rows.columns[name] == "number":
            raise _wants_edges(name, place.rows.distinct(name, {}))
    return [len(key.edges) + 2 if isinstance(key, Cut) else seen[key.column] for _, _, key in axes]


def _wants_edges(name: str, found: int) -> DataError:
    return DataError(
        f"protected attribute {name!r} is a number with {found} values. "
        "Declare where groups begin, for example: edges = [25, 45, 65]."
    )


def _refuse_numbers(axes: list[tuple[Role, str, Key]], answers: list[Answer]) -> None:
    """Refuse attributes that turn out to be numbers with many values."""
    for role, name, key in axes:
        if role != "attribute":
            continue
        values = next(answer.values[key] for answer in answers if key in answer.values)
        known = [value for value in values if value is not None]
        if isinstance(key, Cut):
            if not known:
                raise DataError(f"protected attribute {name!r} has edges and holds no number.")
        elif len(known) > MOST_NUMERIC_GROUPS and all(
            isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in known
        ):
            raise _wants_edges(name, len(known))


def _decided(spec: AuditSpec, line: Line | None) -> Key:
    return Raw(str(spec.model.decision)) if line is None else Cut(str(spec.model.score), line.edges)


def _refuse(spec: AuditSpec, answer: Answer, kept: Any, judged: Any, source: str) -> None:
    """Refuse what cannot be judged, in the words of the road through memory."""
    data = spec.data
    for column, positive in ((data.outcome, data.positive_value), (data.truth, truth_value(spec))):
        if column is not None:
            held = answer.equal(Raw(column), positive)
            if not (held[kept] == 1).any():
                raise never_positive(column, positive, answer.texts(Raw(column), kept))
    if not judged.any():
        raise DataError(f"{source}: no row is left to measure gaps on.")
    if spec.model.decision is not None:
        key, people = Raw(spec.model.decision), answer.people
        chosen = answer.equal(key, spec.model.selected_value)
        missing = judged & np.isnan(chosen)
        if missing.any():
            raise DataError(
                f"column {key.column!r}: {people[missing].sum():.0f} of {people[judged].sum():.0f} judged rows have no "
                "decision. Fill them in, or leave those rows out."
            )
        if not (chosen[judged] == 1).any():
            raise DataError(
                f"column {key.column!r} never holds selected_value = {spec.model.selected_value!r}; it holds "
                f"{listed(answer.texts(key, judged))}."
            )


def _refuse_repeats(place: Place, spec: AuditSpec, states: States, *, rows: int, people: float) -> None:
    """Refuse ids that stand more than once, told by a distinct count where the rows live."""
    column, where = str(spec.data.id), states.where()
    found = place.rows.distinct(column, where)
    if found != rows or people != rows:
        repeated = [str(value) for value in place.rows.repeated(column, where, limit=8)]
        raise DataError(
            f"column {column!r} must name each item once, and {rows:,} rows share {found:,} ids. Among those that stand "
            f"more than once: {listed(repeated)}. Remove the repeats, or name another id column."
        )


def _levels(key: Key, answers: list[Answer], parts: list[npt.NDArray[np.bool_]]) -> tuple[str, ...]:
    """Name the groups of a column that occur among the rows judged, sorted."""
    answer, rows = next((one, rows) for one, rows in zip(answers, parts, strict=True) if key in one.values)
    groups = answer.groups(key)
    return tuple(sorted({groups[code] for code in np.unique(answer.codes[key][rows])}))


def _cells(  # noqa: PLR0917
    answer: Answer,
    rows: npt.NDArray[np.bool_],
    table: tuple[int, ...],
    axes: list[tuple[Role, str, Key]],
    levels: list[tuple[str, ...]],
    spec: AuditSpec,
    line: Line | None,
    *,
    is_weighted: bool,
) -> Cells:
    """Turn one answer into a joint table: values into groups, outcomes and decisions."""
    codes = []
    for place in table:
        key, numbers = axes[place][2], {level: number for number, level in enumerate(levels[place])}
        codes.append(np.array([numbers.get(text, 0) for text in answer.groups(key)])[answer.codes[key]][rows])
    actual, selected = known_positive(answer, spec)[rows], _selected(answer, spec, line)[rows]
    present, cell = occupied((*codes, actual), [*(len(levels[place]) for place in table), UNKNOWN + 1])

    def summed(values: FloatArray) -> FloatArray:
        parts = (values[rows] * (1.0 - selected), values[rows] * selected)
        return np.stack([np.bincount(cell, weights=part, minlength=len(present)) for part in parts], axis=-1)

    n = summed(answer.people)
    weight, squared = (summed(answer.weight), summed(answer.squared)) if is_weighted else (n, n)
    return Cells(places=table, codes=present[:, :-1], actual=present[:, -1], weight=weight, weight_squared=squared, n=n)


def _selected(answer: Answer, spec: AuditSpec, line: Line | None) -> FloatArray:
    key = _decided(spec, line)
    if line is None:
        return answer.equal(key, spec.model.selected_value)
    return answer.of_values(key, lambda value: line.selected[int(value)])


def _fingerprint(place: Place, counts: Counts, rows: int) -> Fingerprint:
    """Identify the source by its files, or by its counts where it has none."""
    if place.digest is not None:
        return Fingerprint(role="items", source=place.source, sha256=place.digest(), rows=rows)
    digest = hashlib.sha256(repr(counts.axes).encode())
    for cells in counts.tables:
        parts: Sequence[npt.NDArray[Any]] = (cells.codes, cells.actual, cells.n)
        for part in parts:
            digest.update(np.ascontiguousarray(part).tobytes())
    return Fingerprint(role="items", source=f"{place.source}, by its counts", sha256=digest.hexdigest(), rows=rows)
