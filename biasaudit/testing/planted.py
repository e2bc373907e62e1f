"""Annotation worlds with a planted truth, on which a trace can be held to account.

People have a merit; a gold label follows it; annotators of several units read the gold label with
ordinary errors, and those of guilty units turn some of their positive labels about one group into
negative ones. Everything a trace should find is therefore known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from biasaudit.spec import Declaration, declare
from biasaudit.traces import Ballots, Rule, aggregate
from biasaudit.traces.rules.rule import RuleName

FloatArray = npt.NDArray[np.float64]

#: Steepness of the gold label in merit.
STEEPNESS = 2.0
#: Standard deviation of what a model sees of merit, around it.
FEATURE_NOISE = 0.5


@dataclass(frozen=True, kw_only=True)
class World:
    """How a world is made.

    Attributes
    ----------
    penalties : mapping
        Chance, by unit, that a positive label about group B is turned negative; the units are its keys.
    items : int
        People; ``judged_share`` of them are judged, the others train.
    judged_share : float
        From 0 to 1.
    share_b : float
        Share of people in group B.
    merit_gap : float
        Mean merit of B minus that of A, in standard deviations.
    proxy : float
        How far a feature without merit tells the groups apart, in standard deviations.
    proxy_of_penalised : bool
        Whether that feature tells those whom guilty units penalise apart, not all of group B.
    votes : int
        Labels an item.
    annotators : int
        Annotators a unit.
    noise : float
        Chance of an ordinary error in any label.
    severity : float
        Standard deviation, in log-odds, of annotators' own tendency to say positive.
    overlap : bool
        Whether each label of an item comes from a unit drawn anew; else one unit labels the whole item.
    women_only : bool
        Whether only women of group B are penalised (sex is drawn at random).
    rule : str
        How the outcome is made from the labels; ties are negative.
    share_selected : float
        Share of judged people whom the model selects.
    mix : mapping
        How often, by unit, people of group B come to it, against people of group A; 1 by default.
    chain : mapping
        Contractor, by unit, that hired it; itself by default. It is a second kind of unit, ``contractor``.
    """

    penalties: Mapping[str, float] = field(
        default_factory=lambda: {"north": 0.0, "south": 0.0, "east": 0.6, "west": 0.0}
    )
    items: int = 3_000
    judged_share: float = 0.5
    share_b: float = 0.4
    merit_gap: float = 0.0
    proxy: float = 2.0
    proxy_of_penalised: bool = False
    votes: int = 3
    annotators: int = 12
    noise: float = 0.1
    severity: float = 0.0
    overlap: bool = True
    women_only: bool = False
    rule: RuleName = "majority"
    share_selected: float = 0.5
    mix: Mapping[str, float] = field(default_factory=dict)
    chain: Mapping[str, str] = field(default_factory=dict)

    @property
    def units(self) -> tuple[str, ...]:
        """Names of the units, in order."""
        return tuple(self.penalties)


@dataclass(frozen=True, kw_only=True)
class PlantedWorld:
    """One world, as an audit would receive it.

    Attributes
    ----------
    items : pandas.DataFrame
        Columns ``id``, ``group``, ``sex``, ``skill``, ``manner``, ``gold``, ``outcome``, ``split``.
    labels : pandas.DataFrame
        Columns ``id``, ``annotator``, ``vote``, ``vendor``, ``contractor``, ``pay``, ``seconds``.
    """

    items: pd.DataFrame
    labels: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class People:
    """The people of a world, and who labels them."""

    is_b: npt.NDArray[np.bool_]
    is_woman: npt.NDArray[np.bool_]
    features: FloatArray
    gold: FloatArray
    unit: npt.NDArray[np.intp]

    def penalised(self, world: World) -> npt.NDArray[np.bool_]:
        """Tell who is penalised, if the unit is guilty."""
        return self.is_b & self.is_woman if world.women_only else self.is_b

    def chances(self, world: World) -> FloatArray:
        """P(positive) that each unit gives each person: shape (people, units)."""
        plain = np.where(self.gold == 1, 1 - world.noise, world.noise)
        penalty = np.array([world.penalties[unit] for unit in world.units])
        return np.asarray(plain[:, None] * (1 - penalty * self.penalised(world)[:, None]))


def plant_world(seed: int, world: World | None = None) -> PlantedWorld:
    """Make one world.

    Parameters
    ----------
    seed : int
        Seed of everything drawn.
    world : World, optional
        How it is made.

    Returns
    -------
    PlantedWorld
        The table of items and the log of labels.

    Examples
    --------
    >>> planted = plant_world(0, World(items=100))
    >>> len(planted.items), len(planted.labels)
    (100, 300)
    """
    world = world or World()
    rng = np.random.default_rng(seed)
    people = draw_people(world, world.items, rng)
    item = np.repeat(np.arange(world.items), world.votes)
    unit = people.unit.ravel()
    annotator = _distinct_annotators(people.unit, world, rng).ravel()
    tendency = rng.normal(0, world.severity, (len(world.units), world.annotators))[unit, annotator]
    chance = people.chances(world)[item, unit]
    if world.severity:
        chance = expit(np.log(chance / (1 - chance)) + tendency)
    vote = (rng.random(len(item)) < chance).astype(float)
    ballots = ballots_between(item, annotator, vote)
    outcome = aggregate(Rule(name=world.rule, tie=0.0), ballots)
    if world.rule == "mean":
        outcome = (outcome > 0.5).astype(float)  # noqa: PLR2004 - a mean is recorded rounded
    ids = np.array([f"p{number:06d}" for number in range(world.items)])
    items = pd.DataFrame(
        {
            "id": ids,
            "group": np.where(people.is_b, "B", "A"),
            "sex": np.where(people.is_woman, "female", "male"),
            "skill": people.features[:, 0],
            "manner": people.features[:, 1],
            "gold": people.gold.astype(int),
            "outcome": outcome.astype(int),
            "split": np.where(rng.random(world.items) < world.judged_share, "judged", "train"),
        }
    )
    names = np.array(world.units)
    labels = pd.DataFrame(
        {
            "id": ids[item],
            "annotator": [f"{names[u]} worker {a:03d}" for u, a in zip(unit, annotator, strict=True)],
            "vote": vote.astype(int),
            "vendor": names[unit],
            "contractor": np.array([world.chain.get(name, name) for name in world.units])[unit],
            "pay": 0.05 + 0.01 * unit,
            "seconds": np.round(rng.lognormal(3, 0.5, len(item)), 1),
        }
    )
    return PlantedWorld(items=items, labels=labels.iloc[rng.permutation(len(labels))].reset_index(drop=True))


def planted_declaration(
    world: World | None = None,
    *,
    reference: str = "gold",
    units: tuple[str, ...] = ("vendor",),
    model: str = "logistic_regression",
    remedies: tuple[str, ...] = (),
    **uncertainty: int,
) -> Declaration:
    """Declare the audit of a world.

    Parameters
    ----------
    world : World, optional
        How it is made.
    reference : str
        ``gold``, ``peers`` or the name of a unit.
    units : tuple of str
        Kinds of units to attribute to; without any nothing is retrained.
    model : str
        What is trained.
    remedies : tuple of str
        Kinds of remedies that are tried.
    **uncertainty : int
        Keys of ``[uncertainty]``.

    Returns
    -------
    Declaration
        Ready to be run with the frames of :func:`plant_world`.
    """
    world = world or World()
    against: object = {"gold": {"column": "gold"}, "peers": "peers"}.get(reference, {"unit": reference})
    return declare(
        {
            "schema": 1,
            "audit": {"name": "planted", "title": "A planted world"},
            "data": {
                "id": "id",
                "outcome": "outcome",
                "features": ["skill", "manner"],
                "split": {"column": "split", "test": "judged"},
            },
            "protected": [{"column": "group", "reference": "A"}, {"column": "sex", "reference": "male"}],
            "groups": {"intersections": [["sex", "group"]]},
            "model": {"train": model, "share": world.share_selected},
            "annotations": {
                "item": "id",
                "annotator": "annotator",
                "label": "vote",
                "units": list(units),
                "pay": "pay",
                "currency": "EUR",
                "seconds": "seconds",
                "rule": world.rule,
                "reference": against,
            },
            "remedies": {"kinds": list(remedies)},
            "uncertainty": uncertainty,
        },
        source="planted",
    )


def draw_people(world: World, size: int, rng: np.random.Generator) -> People:
    """Draw people, and the units that label them: ``unit`` has shape (people, votes)."""
    is_b = rng.random(size) < world.share_b
    merit = rng.normal(0, 1, size) + world.merit_gap * is_b
    skill, manner = merit + rng.normal(0, FEATURE_NOISE, size), rng.normal(0, 1, size)
    draws = world.votes if world.overlap else 1
    unit = rng.integers(0, len(world.units), (size, draws))
    if world.mix:
        odds = np.array([world.mix.get(name, 1.0) for name in world.units])
        unit[is_b] = rng.choice(len(world.units), (int(is_b.sum()), draws), p=odds / odds.sum())
    is_woman = rng.random(size) < 0.5  # noqa: PLR2004 - as many women as men
    shows = is_b & is_woman if world.women_only and world.proxy_of_penalised else is_b
    return People(
        is_b=is_b,
        is_woman=is_woman,
        features=np.column_stack([skill, manner + world.proxy * shows]),
        gold=(rng.random(size) < expit(STEEPNESS * merit)).astype(float),
        unit=np.broadcast_to(unit, (size, world.votes)).astype(np.intp),
    )


def _distinct_annotators(unit: npt.NDArray[np.intp], world: World, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw the annotators of each item, no one twice: a random start, then the next in line."""
    start = rng.integers(0, world.annotators, (len(unit), 1))
    return (start + np.arange(unit.shape[1])) % world.annotators


def ballots_between(item: npt.NDArray[np.intp], annotator: npt.NDArray[np.intp], label: FloatArray) -> Ballots:
    """Lay out labels that are sorted by item."""
    return Ballots(
        rows=np.unique(item).astype(np.intp),
        item=item.astype(np.intp),
        annotator=annotator.astype(np.intp),
        label=label,
        source=np.arange(len(item), dtype=np.intp),
    )
