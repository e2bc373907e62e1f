"""Tracing a planted world, and what the trace should find in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import expit

from biasaudit.data.annotations import read_annotations
from biasaudit.data.roles import assign_roles
from biasaudit.measures import attribute_facts, count
from biasaudit.models import decide, first_fit, judge, make_model
from biasaudit.results import Fingerprint, Step, Trace
from biasaudit.testing.planted import World, ballots_between, draw_people, plant_world, planted_declaration
from biasaudit.traces import Rule, aggregate, shapley_matrix, trace_labels


def trace_world(
    seed: int,
    world: World | None = None,
    *,
    reference: str = "gold",
    units: tuple[str, ...] = ("vendor",),
    jobs: int = 1,
    **uncertainty: int,
) -> tuple[Trace, tuple[Step, ...]]:
    """Plant one world and trace it.

    Parameters
    ----------
    seed : int
        Seed of the world and of the trace.
    world : World, optional
        How it is made.
    reference : str
        ``gold``, ``peers`` or the name of a unit.
    units : tuple of str
        Kinds of units to attribute to; without any nothing is retrained.
    jobs : int
        Processes for refits.
    **uncertainty : int
        Keys of ``[uncertainty]``.

    Returns
    -------
    tuple of Trace and tuple of Step
        What was found, and what did not apply.
    """
    declaration = planted_declaration(world, reference=reference, units=units, **uncertainty)
    spec, planted = declaration.spec, plant_world(seed, world)
    assert spec.annotations is not None
    table = assign_roles(planted.items, declaration, source_of("items"))
    gold = table.frame["gold"] if reference == "gold" else None
    log = read_annotations(
        planted.labels, spec.annotations, table, fingerprint=source_of("annotations"), reference_column=gold
    )
    model = make_model(table, spec, folder=Path.cwd(), seed=seed)
    judgement = judge(model, table.judged(), spec)
    selected = judgement.decisions.selected
    facts = attribute_facts(count(table.judged(), selected), spec)
    return trace_labels(
        table, log, spec, facts, model, judgement.scores, selected, seed=seed, level=spec.uncertainty.level, jobs=jobs
    )


def true_attribution(
    world: World | None = None, *, reference: str = "gold", people: int = 200_000, seed: int = 0
) -> dict[str, float]:
    """Work out what each unit adds to the gap of B to A, without any chance in labels.

    Labels are replaced by their chances, the rule by its expected value, and the sample by one so
    large that its own chance hardly counts; annotators are taken to be equal within a unit.

    Parameters
    ----------
    world : World, optional
        How it is made.
    reference : str
        ``gold``, ``peers`` or the name of a unit.
    people : int
        Size of the sample; half of it trains.
    seed : int
        Seed of the sample.

    Returns
    -------
    dict
        Contribution of each unit (a named reference has none), and ``baseline`` and ``total``.
    """
    world = world or World()
    rng = np.random.default_rng(seed)
    drawn = draw_people(world, people, rng)
    train = np.arange(people) < people // 2
    unit, gold, chances = drawn.unit[train], drawn.gold[train], drawn.chances(world)[train]
    item = np.repeat(np.arange(len(unit)), world.votes)
    own = chances[item, unit.ravel()]
    other = {"gold": gold[item], "peers": chances.mean(axis=1)[item]}.get(reference)
    if other is None:
        other = chances[item, world.units.index(reference)]
    players = [name for name in world.units if name != reference]
    ballots = ballots_between(item, np.zeros(len(item), dtype=np.intp), own)
    ones, rows, is_b = np.ones(train.sum()), drawn.features[train], drawn.is_b[~train]
    fit = first_fit(rows, aggregate(Rule(name=world.rule, tie=0.0), ballots), ones, inverse_penalty=np.inf)
    spec = planted_declaration(world).spec.model
    gaps = []
    for number in range(2 ** len(players)):
        stays = {name: bool(number >> place & 1) for place, name in enumerate(players)}
        kept = np.array([stays.get(name, True) for name in world.units])[unit.ravel()]
        labels = aggregate(Rule(name=world.rule, tie=0.0), ballots, np.where(kept, own, other))
        coefficients = fit.refit(labels, ones)
        scores = expit(drawn.features[~train] @ coefficients[:-1] + coefficients[-1])
        selected = decide(scores, spec).selected
        gaps.append(float(selected[is_b].mean() - selected[~is_b].mean()))
    values = shapley_matrix(len(players)) @ np.array(gaps)
    return {**dict(zip(players, map(float, values), strict=True)), "baseline": gaps[0], "total": gaps[-1]}


def source_of(role: str) -> Fingerprint:
    """Give a fingerprint for data made here."""
    return Fingerprint(role=role, source="planted", sha256="0" * 64)
