"""What each datum of one person added to their score, in amounts that a person can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biasaudit.data.table import FloatArray, Table
from biasaudit.drivers.flips import NO_EFFECT, link_of, one_unit_more
from biasaudit.drivers.shapley import MOST_EXACT, shapley_values
from biasaudit.models import Model, code_rows
from biasaudit.results.letters import Unit
from biasaudit.spec import AuditSpec
from biasaudit.spec.audit import PointsSpec

#: People that one person is held against, spread evenly over the scores of all.
COMPARED = 200
#: Times that a person meets each of them, every time with another order of inputs and its reverse, where not every
#: coalition can be asked.
ORDERS = 25
#: Relative difference at which a unit is worth the same to everybody.
_SAME = 1e-9
_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """What the amounts of a letter are counted in.

    Attributes
    ----------
    unit : {"points", "in_100", "score"}
        Points of the form, hundredths of a probability, or the score itself.
    measure : callable
        From scores to the unit; points are counted from the line.
    worth : float or None
        Points that one unit of the score's link is worth; None where nothing is counted in points.
    """

    unit: Unit
    measure: Callable[[FloatArray], FloatArray]
    worth: float | None = None


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What made a score.

    Attributes
    ----------
    score, usual : float
        Of the person, and the mean of those they are held against, in the unit of the yardstick.
    contributions : array of float, shape (p,)
        One an input of the model, in its order; they add up to ``score - usual``.
    compared : int
        How many people that is.
    error : float
        Largest standard error of a contribution; 0 where they are exact.
    """

    score: float
    usual: float
    contributions: FloatArray
    compared: int
    error: float


def yardstick(model: Model, judged_table: Table, spec: AuditSpec, line: float) -> Yardstick:
    """Choose what to count in: points where they are declared and the model adds up, else hundredths or the score.

    Parameters
    ----------
    model : Model
        One that can score.
    judged_table : Table
        The people judged, on whom a point's worth is measured, as for flips.
    spec : AuditSpec
        May declare points.
    line : float
        Score at the line, from which points are counted.
    """
    assert model.score is not None
    worth = None if spec.model.points is None else _worth(model, judged_table, spec.model.points)
    if worth is not None:
        start = link_of(model, np.array([line]))
        return Yardstick(unit="points", measure=lambda scores: (link_of(model, scores) - start) * worth, worth=worth)
    if model.scale == "probability":
        return Yardstick(unit="in_100", measure=lambda scores: scores * _PERCENT)
    return Yardstick(unit="score", measure=lambda scores: scores)


def _worth(model: Model, table: Table, points: PointsSpec) -> float | None:
    """Give the points that one unit of the link is worth; None where that is not the same for everybody."""
    frame = table.frame[list(model.features)]
    more = one_unit_more(frame, points.column)
    coded = code_rows(model, pd.concat([frame, more], ignore_index=True))
    if coded.effects is None:
        return None
    place = model.features.index(points.column)
    added = coded.effects[place][coded.codes[:, place].astype(np.intp)]
    step = (added[len(frame) :] - added[: len(frame)])[frame[points.column].notna().to_numpy()]
    mean = abs(float(step.mean())) if len(step) else 0.0
    return points.worth / mean if mean > NO_EFFECT and float(np.ptp(step)) <= mean * _SAME else None


def weigh_inputs(model: Model, person: pd.DataFrame, judged_table: Table, stick: Yardstick, *, seed: int) -> Weighed:
    """Share out over the inputs what sets one person's score apart from the mean of the people judged.

    Interventional Shapley values (see :func:`biasaudit.drivers.shapley.shapley_values`). In points of a model that adds
    up they are what each input adds less what it adds on average, over everybody judged. On other scales the person is
    held against :data:`COMPARED` people spread evenly over the scores; up to ``MOST_EXACT`` inputs every coalition
    is asked, above that inputs enter in :data:`ORDERS` random orders a pair of people, and the error is given.

    Parameters
    ----------
    model : Model
        One that can score.
    person : pandas.DataFrame, shape (1, p)
        The person's inputs.
    judged_table : Table
        The people judged.
    stick : Yardstick
        What to count in.
    seed : int
        Seed of the orders.

    Returns
    -------
    Weighed
        Contributions that add up to the person's score minus the mean.
    """
    assert model.score is not None
    names = list(model.features)
    own = float(stick.measure(model.score(person[names]))[0])
    if stick.worth is not None:
        both = pd.concat([judged_table.frame[names], person[names]], ignore_index=True)
        coded = code_rows(model, both)
        if coded.effects is not None:
            whole = coded.codes.astype(np.intp)
            added = np.column_stack([effect[whole[:, place]] for place, effect in enumerate(coded.effects)])
            apart = (added[-1] - np.average(added[:-1], axis=0, weights=judged_table.weight)) * stick.worth
            usual = own - float(apart.sum())
            return Weighed(score=own, usual=usual, contributions=apart, compared=len(judged_table), error=0.0)
    background = _spread(model, judged_table)
    orders = 1 if len(names) <= MOST_EXACT else ORDERS
    rows = pd.concat([person[names]] * orders, ignore_index=True)
    found = shapley_values(model, rows, background, seed=seed, lines=(stick.measure,))[0]
    error = float((found.std(axis=0, ddof=1) / np.sqrt(orders)).max()) if orders > 1 else 0.0
    usual = float(stick.measure(model.score(background)).mean())
    return Weighed(score=own, usual=usual, contributions=found.mean(axis=0), compared=len(background), error=error)


def _spread(model: Model, table: Table) -> pd.DataFrame:
    """Take people at even steps of weight along the scores: their mean is close to that of all, without a draw."""
    assert model.score is not None
    scores = model.score(table.frame)
    # Ids break ties, so that the order of rows plays no part.
    order = np.lexsort((table.ids.to_numpy().astype(str), scores))
    ends = np.cumsum(table.weight[order])
    size = min(COMPARED, len(table))
    wanted = (np.arange(size) + 0.5) / size * ends[-1]
    rows = order[np.searchsorted(ends, wanted)]
    return table.take(rows).frame[list(model.features)]
