"""Measuring the pools of a planted world, and what should be found of them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from biasaudit.data.annotations import read_annotations
from biasaudit.data.roles import assign_roles
from biasaudit.results import AttributeFacts, GroupSize
from biasaudit.testing.planted import STEEPNESS, World, plant_world, planted_declaration
from biasaudit.testing.planted_traces import source_of
from biasaudit.traces import PoolsFound, ballots_of, measure_pools

#: Attributes of a planted world, and their references.
REFERENCES = {"group": "A", "sex": "male", "sex x group": "male x A"}
#: Merits drawn to work out a mean without chance.
_DRAWS = 400_000


def pools_of_world(seed: int, world: World | None = None, *, has_gold: bool = False, level: float = 0.95) -> PoolsFound:
    """Plant one world and measure its pools, without any model.

    Parameters
    ----------
    seed : int
        Seed of the world and of the shuffles.
    world : World, optional
        How it is made.
    has_gold : bool
        Whether reference labels are known.
    level : float
        Level of the intervals.

    Returns
    -------
    PoolsFound
        Effects of the four vendors on every group of both attributes and of their intersection.
    """
    declaration = planted_declaration(world, reference="gold" if has_gold else "peers")
    planted = plant_world(seed, world)
    assert declaration.spec.annotations is not None
    table = assign_roles(planted.items, declaration, source_of("items"))
    log = read_annotations(
        planted.labels,
        declaration.spec.annotations,
        table,
        fingerprint=source_of("annotations"),
        reference_column=table.frame["gold"] if has_gold else None,
    )
    facts = []
    for name, reference in REFERENCES.items():
        groups = table.attribute(name)
        sizes = tuple(GroupSize(group=str(one), n=int((groups == one).sum())) for one in groups.categories)
        facts.append(AttributeFacts(name=name, columns=tuple(name.split(" x ")), reference=reference, groups=sizes))
    return measure_pools(table, log, ballots_of(log), facts, seed=seed, level=level)


def true_pool_effect(world: World, unit: str) -> float:
    """Work out the effect of one pool on group B, against the mean of the others, in shares of positive labels.

    Parameters
    ----------
    world : World
        How it is made, without tendencies of annotators' own.
    unit : str
        The pool.

    Returns
    -------
    float
        Minus the excess of its penalty, times the share of B's labels that would be positive.

    Examples
    --------
    >>> round(true_pool_effect(World(penalties={"north": 0.0, "east": 0.4}), "east"), 2)
    -0.2
    """
    merit = np.random.default_rng(0).normal(world.merit_gap, 1, _DRAWS)
    positive = float(expit(STEEPNESS * merit).mean()) * (1 - 2 * world.noise) + world.noise
    others = [penalty for name, penalty in world.penalties.items() if name != unit]
    excess = world.penalties[unit] - float(np.mean(others))
    return -excess * positive * (0.5 if world.women_only else 1.0)
