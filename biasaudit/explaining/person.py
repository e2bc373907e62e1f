"""Finds the row of one person, and nobody else's: in the audit's data, or in a file that holds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.reading import read_any_frame, read_table
from biasaudit.data.roles import assign_roles
from biasaudit.data.table import FloatArray, Table
from biasaudit.data.values import TIE, as_text
from biasaudit.errors import DataError
from biasaudit.explaining.again import Again
from biasaudit.models import decide_again, is_numeric, judge, line_of


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, beside everybody judged.

    Attributes
    ----------
    people : Table
        The judged rows, with the person among them.
    place : int
        The person's row in it.
    own_row : bool
        Whether the audit judged that row; False for a row that came in another file.
    score : float or None
        What the model, or the column of scores, says of the person.
    selected : float
        1 selected, 0 not, between them the chance of a tie.
    """

    people: Table
    place: int
    own_row: bool
    score: float | None
    selected: float

    @property
    def row(self) -> pd.DataFrame:
        """The person's inputs: one row."""
        return self.people.frame.iloc[[self.place]].reset_index(drop=True)


def find_person(again: Again, item: str, data: Any) -> Person:
    """Find one person.

    Parameters
    ----------
    again : Again
        The audit as it was run.
    item : str
        What the column of ids holds; without such a column, the number of the row, from 1.
    data : str, Path, DataFrame or None
        Another table that holds the person's row; None for the audit's own.

    Raises
    ------
    DataError
        Where there is no such person, or more than one, or nothing was decided about them. No message names anybody else.
    """
    if data is not None:
        return _from_elsewhere(again, item, data)
    where = np.flatnonzero(again.table.ids == _id_of(again, item))
    if not len(where):
        hint = " Name a file that holds it with --data." if again.spec.data.id is not None else ""
        raise DataError(f"--item {item!r}: the data of this audit hold no such item among {len(again.table)}.{hint}")
    if not again.table.is_judged[where[0]]:
        raise DataError(
            f"--item {item!r} is one of the rows that the model learnt from. The audit measured no decision about it, and "
            "what the model says of an answer that it was taught explains nothing: a letter needs one of the rows judged."
        )
    place = int(np.flatnonzero(np.flatnonzero(again.table.is_judged) == where[0])[0])
    scores = again.judgement.scores
    return Person(
        people=again.judged,
        place=place,
        own_row=True,
        score=None if scores is None else float(scores[place]),
        selected=float(again.judgement.decisions.selected[place]),
    )


def decider(again: Again, person: Person) -> Callable[[float], float]:
    """Give what would have been decided of the person at another score, all other people as they are.

    A share or a quota ranks everybody again with the person's new score; somebody from another file is held against the
    line as it ran.
    """
    decisions, scores = again.judgement.decisions, again.judgement.scores
    assert scores is not None
    if decisions.cut == "threshold" or not person.own_row:
        line = line_of(scores, decisions)
        return lambda score: float(line(np.array([score]))[0])

    def ranked(score: float) -> float:
        others = scores.copy()
        others[person.place] = score
        return float(decide_again(others, decisions, weight=again.judged.weight).selected[person.place])

    return ranked


def goal(again: Again, person: Person, *, upwards: bool) -> Callable[[FloatArray], Any]:
    """Give which scores would certainly have been decided otherwise: ties at the line are no certainty."""
    decisions, scores = again.judgement.decisions, again.judgement.scores
    assert scores is not None
    assert decisions.cutoff_score is not None
    critical = decisions.cutoff_score
    if decisions.cut == "threshold":
        return lambda others: others >= critical if upwards else others < critical - TIE * max(1.0, abs(critical))
    if person.own_row:
        # The line that the others would draw alone: the person put last, and everybody ranked again.
        others_only = scores.copy()
        others_only[person.place] = scores.min() - 1.0
        line = decide_again(others_only, decisions, weight=again.judged.weight).cutoff_score
        critical = critical if line is None else line
    tie = 2 * TIE * max(1.0, float(np.abs(scores).max()))
    return lambda others: others > critical + tie if upwards else others < critical - tie


def _id_of(again: Again, item: str) -> str:
    """Give the name of a row; where none is declared, it is its number from 1, as messages count."""
    if again.spec.data.id is not None:
        return item.strip()
    if again.table.dropped or again.spec.data.count is not None:
        raise DataError(
            "The audit declares no data.id, and its rows are not those of the file (some were left out, or stand for "
            "several people), so that a number could name the wrong person. Declare data.id."
        )
    if not (item.strip().isascii() and item.strip().isdigit()):
        raise DataError(
            f"--item {item!r}: the audit declares no data.id, so that an item is the number of a row, from 1."
        )
    return str(int(item) - 1)


def _from_elsewhere(again: Again, item: str, data: Any) -> Person:
    """Read a person from another table, give the row the audit's roles, and let the model say its score."""
    spec, column = again.spec, again.spec.data.id
    if column is None:
        raise DataError("--data needs a column that names each person, and the audit declares no data.id.")
    if isinstance(data, (str, Path)):
        place = Path(data)
        frame, _ = read_table(place.name if place.parent == Path() else str(place), folder=Path.cwd())
        shown = place.name
    else:
        frame, fingerprint = read_any_frame(data)
        shown = fingerprint.source
    needed = [column, *again.model.features, *(protected.column for protected in spec.protected)]
    needed += [again.model.source] if again.model.score is None else []
    if missing := [name for name in dict.fromkeys(needed) if name not in frame]:
        raise DataError(f"{shown}: {len(missing)} columns are missing that a letter needs: {', '.join(missing[:8])}.")
    hits = np.flatnonzero(as_text(frame[column]) == item.strip())
    if len(hits) != 1:
        raise DataError(
            f"--item {item!r}: {shown} holds {'no' if not len(hits) else len(hits)} such items among {len(frame)} rows."
        )
    if (again.table.ids[~again.table.is_judged] == item.strip()).any():
        raise DataError(f"--item {item!r} is one of the rows that the model learnt from: nothing was decided about it.")
    people = _with_person(again, frame.iloc[[int(hits[0])]], item.strip(), shown)
    row = people.take(np.array([len(people) - 1]))
    if again.model.kind == "decisions":
        given = judge(again.model, people, spec)
        return Person(
            people=people, place=len(people) - 1, own_row=False, score=None, selected=given.decisions.selected[-1]
        )
    if again.model.score is not None:
        score = float(again.model.score(row.frame)[0])
    else:
        scores = judge(again.model, people, spec).scores
        assert scores is not None
        score = float(scores[-1])
    assert again.judgement.scores is not None
    line = line_of(again.judgement.scores, again.judgement.decisions)
    return Person(
        people=people, place=len(people) - 1, own_row=False, score=score, selected=float(line(np.array([score]))[0])
    )


def _with_person(again: Again, row: pd.DataFrame, item: str, shown: str) -> Table:
    """Put a row under the audit's own, so that its values are read as theirs were; give the judged rows, then it."""
    spec = again.spec
    names = as_text(again.frame[str(spec.data.id)])
    own = again.frame[(names != item).to_numpy()]
    filled: dict[str, object] = {name: row[name].iloc[0] if name in row else None for name in own.columns}
    for name in again.model.features:
        value = filled[name]
        if is_numeric(again.table.frame[name]) and isinstance(value, str):
            raise DataError(f"{shown}: column {name!r} holds a text for this item, and numbers in the audit's data.")
    # What only a row that teaches or weighs needs is not asked of a person who comes later.
    split = spec.data.split
    defaults: dict[str | None, object] = {spec.data.outcome: spec.data.positive_value, spec.data.weight: 1}
    defaults |= {spec.data.count: 1}
    if split is not None and split.column is not None:
        defaults[split.column] = split.test[0] if isinstance(split.test, list) else split.test
    filled |= {name: value for name, value in defaults.items() if name is not None}
    last = pd.DataFrame({name: [value] for name, value in filled.items()})
    both = pd.concat([own.astype(object), last.astype(object)], ignore_index=True)
    both = pd.DataFrame({name: _as_before(both[name], own[name]) for name in own.columns})
    table = assign_roles(both, again.declaration, again.table.fingerprint)
    rows = table.ids.get_indexer(again.judged.ids[again.judged.ids != item])
    return table.take(np.append(rows, table.ids.get_indexer(pd.Index([item]))))


def _as_before(column: pd.Series, own: pd.Series) -> pd.Series:
    """Read a column as the audit's own was, also where the person has nothing, or something new, in it."""
    if is_numeric(own):
        return pd.to_numeric(column, errors="coerce")
    try:
        as_own = column.astype(own.dtype)
    except (TypeError, ValueError):
        return column
    return column if (as_own.isna() != column.isna()).any() else as_own
