"""Remedies that train the model again: without some of its inputs, or with other weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.models import Model, Trainer, make_refit
from biasaudit.remedies.bench import Bench, Draw
from biasaudit.remedies.ways import Way
from biasaudit.results import AttributeFacts, Driver, DriverTotal, Proxy

IntArray = npt.NDArray[np.intp]

#: Adjusted p-value from which the strength of a stand-in may be chance.
SIGNIFICANT = 0.05


def stand_ins(
    attribute: AttributeFacts,
    drivers: Sequence[Driver],
    totals: Sequence[DriverTotal],
    proxies: Sequence[Proxy],
    *,
    scale: str,
    most: int,
    feature_groups: Mapping[str, Sequence[str]] | None = None,
) -> tuple[str, ...]:
    """Name the inputs that both tell an attribute and carry its gap, the strongest first.

    An input tells the attribute where the interval of its strength lies above zero and chance alone does not explain it,
    or where it is the attribute's own column; inputs explained as one do where one of them does. It carries the gap where its contribution has the gap's sign and an interval clear of zero. They are ordered
    by strength times the size of the contribution.

    Parameters
    ----------
    attribute : AttributeFacts
        An attribute, no intersection.
    drivers, totals, proxies : sequence of records
        As measured.
    scale : str
        Scale on which drivers are told.
    most : int
        How many are named at most.
    feature_groups : mapping of str to sequence of str, optional
        Inputs explained as one.
    """
    strength = {
        one.feature: float(one.strength.value or 0.0)
        for one in proxies
        if one.attribute == attribute.name and (one.strength.low or 0.0) > 0 and not _may_be_chance(one)
    }
    strength[attribute.columns[0]] = 1.0
    for group, members in (feature_groups or {}).items():
        told = [strength[one] for one in members if one in strength]
        if told:
            strength[group] = max(told)
    sign = {one.group: np.sign(one.total) for one in totals if one.attribute == attribute.name and one.scale == scale}
    found: dict[str, float] = {}
    for one in drivers:
        tells = one.attribute == attribute.name and one.scale == scale and one.feature in strength
        value, low, high = one.contribution.value, one.contribution.low, one.contribution.high
        if not tells or value is None or low is None or high is None or low * high <= 0:
            continue
        if np.sign(value) == sign.get(one.group):
            found[one.feature] = max(found.get(one.feature, 0.0), abs(value) * strength[one.feature])
    return tuple(sorted(found, key=lambda feature: (-found[feature], feature))[:most])


def _may_be_chance(one: Proxy) -> bool:
    return one.p_adjusted is not None and one.p_adjusted >= SIGNIFICANT


def drop_way(bench: Bench, model: Model, columns: Sequence[str], *, aimed_at: str = "") -> Way:
    """Train without some columns.

    Parameters
    ----------
    bench : Bench
        The judged people.
    model : Model
        One that was trained here.
    columns : sequence of str
        Features to leave out.
    aimed_at : str
        The attribute that they stand in for.

    Raises
    ------
    NotApplicableError
        Where a column is no feature, or nothing would be left to learn from.
    ModelError
        Where the model cannot be trained without them.
    """
    trainer = model.trainer
    assert trainer is not None
    for name in columns:
        if name not in model.features:
            raise NotApplicableError(f"'{name}' is not among the features of the model, so it cannot be left out")
    kept = [name for name in model.features if name not in columns]
    if not kept:
        raise NotApplicableError("no feature would be left to learn from")
    ready, judged = (_without(model, rows, kept) for rows in (trainer.prepare(trainer.frame), trainer.judged))
    refit = make_refit(clone(model.estimator), ready, trainer.labels, trainer.weight)

    def decide(draw: Draw) -> tuple[FloatArray, float]:
        weight = trainer.weight if draw.train is None else trainer.weight * draw.train
        return bench.decide(refit(trainer.labels, weight)(judged), draw.judged), 0.0

    return Way(
        name="without " + ", ".join(columns),
        kind="drop",
        decide=decide,
        learns=True,
        aimed_at=aimed_at,
        what=tuple(columns),
    )


def _without(model: Model, rows: Any, kept: Sequence[str]) -> Any:
    """Leave columns out of prepared rows."""
    if model.columns is None:
        return rows[list(kept)]
    slices = model.columns.output_indices_
    places = [np.arange(len(model.features))[model.features.index(name)] for name in kept]
    matrix = np.concatenate([np.r_[slices[str(place)]] for place in places])
    return np.asarray(rows)[:, matrix.astype(np.intp)]


def reweighing_weights(codes: IntArray, labels: FloatArray, weight: FloatArray) -> FloatArray:
    r"""Weights under which group and label are independent.

    .. math:: w(g, y) = \frac{P(g) \, P(y)}{P(g, y)}

    Parameters
    ----------
    codes : array of int, shape (n,)
        Group of each row.
    labels : array of float, shape (n,)
        From 0 to 1; a label between stands for the row twice, as in training.
    weight : array of float, shape (n,)
        Sampling weights.

    Returns
    -------
    positive, negative : array of float, shape (2, n)
        Factor of each row as a positive and as a negative one; 1 where the group has none of that label.

    References
    ----------
    F. Kamiran and T. Calders, Data preprocessing techniques for classification without discrimination, Knowledge and
    Information Systems 33, 2012, section 5.3.

    Examples
    --------
    >>> codes, labels = np.array([0, 0, 0, 1]), np.array([1.0, 1.0, 0.0, 0.0])
    >>> positive, negative = reweighing_weights(codes, labels, np.ones(4))
    >>> np.where(labels == 1, positive, negative).tolist()
    [0.75, 0.75, 1.5, 0.5]
    """
    size = int(codes.max()) + 1
    total = float(weight.sum())
    of_group = np.bincount(codes, weight, size)
    factors = []
    for part in (labels, 1 - labels):
        both = np.bincount(codes, weight * part, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(both > 0, of_group * float(weight @ part) / (total * both), 1.0)
        factors.append(factor[codes])
    return np.array(factors)


def reweighing_way(bench: Bench, trainer: Trainer, codes: IntArray, *, aimed_at: str) -> Way:
    """Train with the weights of :func:`reweighing_weights`.

    Parameters
    ----------
    bench : Bench
        The judged people.
    trainer : Trainer
        Of the model as it is.
    codes : array of int, shape (n_train,)
        Group of each training row.
    aimed_at : str
        The attribute.
    """
    return Way(
        name=f"reweighing by {aimed_at}",
        kind="reweighing",
        decide=partial(_reweighed, bench, trainer, codes),
        learns=True,
        aimed_at=aimed_at,
        caution="uses_group_in_training",
    )


def _reweighed(bench: Bench, trainer: Trainer, codes: IntArray, draw: Draw) -> tuple[FloatArray, float]:
    weight = trainer.weight if draw.train is None else trainer.weight * draw.train
    positive, negative = reweighing_weights(codes, trainer.labels, weight)
    # A label between 0 and 1 is two rows; both get their weight, and the label their proportion.
    mass_positive, mass_negative = trainer.labels * positive, (1 - trainer.labels) * negative
    mass = mass_positive + mass_negative
    with np.errstate(invalid="ignore", divide="ignore"):
        labels = np.where(mass > 0, mass_positive / mass, trainer.labels)
    return bench.decide(trainer.scores(labels, weight * mass), draw.judged), 0.0
