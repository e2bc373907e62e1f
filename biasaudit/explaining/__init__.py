"""One decision explained: what a letter to the person concerned says, measured with the model itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from biasaudit.data.values import text_of
from biasaudit.drivers.alternatives import find_ways
from biasaudit.drivers.changes import Change, changes
from biasaudit.drivers.one_person import Yardstick, weigh_inputs, yardstick
from biasaudit.drivers.reach import Reach, decimals_of, held_inputs, is_flag, reaches_of, records_of
from biasaudit.explaining.again import Again, run_again
from biasaudit.explaining.person import Person, decider, find_person, goal
from biasaudit.models import is_numeric
from biasaudit.results import FEWEST_PEOPLE, AuditResult
from biasaudit.results.letters import (
    Alternative,
    Changed,
    Counterpart,
    Datum,
    Explanation,
    GroupOf,
    Scored,
    WeighedInput,
)
from biasaudit.running.steps import Progress, silent

__all__ = ["explain"]

#: Decimals shown of a person's own number.
_OWN_DIGITS = 2


def explain(
    result: AuditResult,
    item: str,
    *,
    audit: Any = None,
    data: Any = None,
    items: Any = None,
    trust_pickle: bool = False,
    progress: Progress = silent,
) -> Explanation:
    """Explain one decision of an audit.

    A result holds neither rows nor a model. Both are made again from the declaration, and refused where data, model file
    or decisions are not those of the result.

    Parameters
    ----------
    result : AuditResult
        What the run found.
    item : str
        The person, as the column of ids names them; the number of the row, from 1, where no such column is declared.
    audit : str, Path, mapping or Declaration, optional
        The audit that was run; the bundled one of the result's name by default.
    data : str, Path or DataFrame, optional
        Another table that holds the person's row; the audit's own data by default.
    items : DataFrame, optional
        The audit's items, where the run was given a frame.
    trust_pickle : bool
        Open a pickled model, which can run any code when it is opened.
    progress : callable
        Opens a progress display.

    Returns
    -------
    Explanation
        The decision, what counted and how, changes that would have changed it. It holds the person's data: keep it as
        you keep those.

    Raises
    ------
    DeclarationError, DataError, ModelError, ResultError, PluginError
        Where the decision cannot be explained, with the reason.
    """
    again = run_again(result, audit, items=items, trust_pickle=trust_pickle, progress=progress)
    person = find_person(again, item, data)
    told: dict[str, Any] = {
        "item": item.strip(),
        "selected": min(1.0, max(0.0, person.selected)),
        "own_row": person.own_row,
        "groups": _groups(again, person),
        "contact": again.spec.explain.contact,
        "authority": again.spec.explain.authority,
    }
    if again.model.score is None:
        given = "scores" if again.model.kind == "scores" else "decisions"
        return Explanation(**told, given=given, given_score=person.score)
    with progress("explain the decision", None):
        told |= _explained(again, person)
    return Explanation(**told)


def _groups(again: Again, person: Person) -> tuple[GroupOf, ...]:
    return tuple(
        GroupOf(attribute=fact.name, group=str(person.people.attribute(fact.name)[person.place]))
        for fact in again.facts
    )


def _explained(again: Again, person: Person) -> dict[str, Any]:
    """Ask the model what counted, and what would have changed its answer."""
    model, spec = again.model, again.spec
    line = again.judgement.decisions.cutoff_score
    assert line is not None
    stick = yardstick(model, again.judged, spec, line)
    is_favoured = person.selected >= 1 if spec.data.positive_is == "favourable" else person.selected <= 0
    told: dict[str, Any] = {
        "scored": _scored(again, person, stick, line),
        "counterparts": _counterparts(again, person, stick),
        "held": held_inputs(model, spec),
        "reach_declared": spec.explain.says_reach,
        "at_once": spec.explain.at_once,
        "sought": not is_favoured,
    }
    reaches = reaches_of(model, person.row, again.table.frame, spec)
    told["changeable"] = tuple(reach.column for reach in reaches if len(reach.others))
    if not is_favoured:
        told["alternatives"] = _alternatives(again, person, stick, reaches, at_once=spec.explain.at_once)
        records = records_of(model, person.row, again.table.frame, spec)
        told["corrections"] = _alternatives(again, person, stick, records, at_once=1)
    return told


def _scored(again: Again, person: Person, stick: Yardstick, line: float) -> Scored:
    """Weigh every input of the person."""
    model = again.model
    weighed = weigh_inputs(model, person.row, again.judged, stick, seed=again.spec.uncertainty.seed)
    inputs = []
    for name, contribution in zip(model.features, weighed.contributions, strict=True):
        own, known = person.row[name].iloc[0], again.judged.frame[name]
        inputs.append(
            WeighedInput(
                column=name,
                value=_datum(own, number=is_numeric(known)),
                usual=_usual(known, again.judged.weight),
                digits=decimals_of(known, _OWN_DIGITS) if is_numeric(known) else 0,
                is_flag=is_flag(known),
                contribution=float(contribution),
            )
        )
    inputs.sort(key=lambda one: (-abs(one.contribution), one.column))
    points = again.spec.model.points if stick.unit == "points" else None
    return Scored(
        unit=stick.unit,
        points_column=None if points is None else points.column,
        points_worth=1.0 if points is None else points.worth,
        score=weighed.score,
        line=float(stick.measure(np.array([line]))[0]),
        usual=weighed.usual,
        compared=weighed.compared,
        error=weighed.error,
        inputs=tuple(inputs),
    )


def _alternatives(
    again: Again, person: Person, stick: Yardstick, reaches: Sequence[Reach], *, at_once: int
) -> tuple[Alternative, ...]:
    """Look for changes within reach, and let the whole procedure decide again on each that is told."""
    upwards = again.spec.data.positive_is == "favourable"
    wins, decided = goal(again, person, upwards=upwards), decider(again, person)
    ways = find_ways(again.model, person.row, reaches, wins, at_once=at_once)
    wanted = 1.0 if upwards else 0.0
    return tuple(
        Alternative(
            changes=tuple(_changed(person, column, value) for column, value in way.changes.items()),
            score=float(stick.measure(np.array([way.score]))[0]),
        )
        for way in ways
        if decided(way.score) == wanted
    )


def _counterparts(again: Again, person: Person, stick: Yardstick) -> tuple[Counterpart, ...]:
    """Ask the model about the same person with the protected attribute, or what stands in for it, otherwise."""
    assert again.model.score is not None
    decided = decider(again, person)
    found: dict[tuple[Changed, ...], Counterpart] = {}
    for plan in changes(again.model, person.people, again.spec, again.facts):
        if not plan.moved[person.place]:
            continue
        score = again.model.score(plan.frame.iloc[[person.place]])
        moved = tuple(_changed(person, column, value) for column, value in _moved(plan, person))
        # Two flips may be one for this person, such as that of sex and that of sex and origin together.
        found.setdefault(
            moved,
            Counterpart(
                attribute=plan.attribute,
                own=str(person.people.attribute(plan.attribute)[person.place]),
                other=plan.to,
                changes=moved,
                score=float(stick.measure(score)[0]),
                selected=min(1.0, max(0.0, decided(float(score[0])))),
            ),
        )
    return tuple(found.values())


def _moved(plan: Change, person: Person) -> list[tuple[str, object]]:
    """List the inputs that a flip changes for this person."""
    after = plan.frame.iloc[person.place]
    before = person.people.frame.iloc[person.place]
    return [(column, value) for column, value in plan.settings.items() if after[column] != before[column]]


def _changed(person: Person, column: str, other: object) -> Changed:
    own = person.row[column]
    number = is_numeric(own)
    flag = is_flag(person.people.frame[column])
    digits = 0
    if number:
        digits = max(decimals_of([float(str(other))]), decimals_of(own, _OWN_DIGITS))
    return Changed(
        column=column,
        own=_datum(own.iloc[0], number=number),
        other=_datum(other, number=number),
        digits=digits,
        is_flag=flag,
    )


def _datum(value: Any, *, number: bool) -> Datum:
    """Write a value as JSON can hold it."""
    if pd.isna(value):
        return None
    return float(value) if number else text_of(value)


def _usual(known: pd.Series, weight: Any) -> Datum:
    """Give the mean of a number, or the most frequent level: of several people, never of a few."""
    there = known.notna().to_numpy()
    if int(there.sum()) < FEWEST_PEOPLE:
        return None
    if is_flag(known) and int(known[there].value_counts().min()) < FEWEST_PEOPLE:
        return None
    if is_numeric(known):
        return float(np.average(known[there].to_numpy(dtype=np.float64), weights=weight[there]))
    counts = known[there].map(text_of).value_counts()
    most: str = min(counts.index[counts == counts.max()])
    return most if counts.max() >= FEWEST_PEOPLE else None
