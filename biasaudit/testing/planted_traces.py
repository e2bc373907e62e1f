"""Tracing a planted world, and what the trace should find in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import expit

from biasaudit.data.annotations import read_annotations
from biasaudit.data.roles import assign_roles
from biasaudit.measures import attribute_facts, count, shapley_matrix
from biasaudit.models import decide, first_fit, judge, make_model
from biasaudit.results import Fingerprint, Step, Trace
from biasaudit.testing.planted import World, ballots_between, draw_people, plant_world, planted_declaration
from biasaudit.traces import (
    MOST_UNITS,
    Game,
    Rule,
    aggregate,
    ballots_of,
    declared_rule,
    make_game,
    trace_labels,
)
from biasaudit.traces.attribution.sampling import draw_design, estimate


def trace_world(
    seed: int,
    world: World | None = None,
    *,
    reference: str = "gold",
    units: tuple[str, ...] = ("vendor",),
    jobs: int = 1,
    model: str = "logistic_regression",
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
    model : str
        What is trained.
    **uncertainty : int
        Keys of ``[uncertainty]``.

    Returns
    -------
    tuple of Trace and tuple of Step
        What was found, and what did not apply.
    """
    declaration = planted_declaration(world, reference=reference, units=units, model=model, remedies=(), **uncertainty)
    spec, planted = declaration.spec, plant_world(seed, world)
    assert spec.annotations is not None
    table = assign_roles(planted.items, declaration, source_of("items"))
    gold = table.frame["gold"] if reference == "gold" else None
    log = read_annotations(
        planted.labels, spec.annotations, table, fingerprint=source_of("annotations"), reference_column=gold
    )
    trained = make_model(table, spec, folder=Path.cwd(), seed=seed)
    judgement = judge(trained, table.judged(), spec)
    selected = judgement.decisions.selected
    facts = attribute_facts(count(table.judged(), selected), spec)
    return trace_labels(
        table, log, spec, facts, trained, judgement.scores, selected, seed=seed, level=spec.uncertainty.level, jobs=jobs
    )


def planted_game(seed: int, world: World | None = None, *, reference: str = "gold") -> Game:
    """Plant one world and set up the game of its vendors.

    Parameters
    ----------
    seed : int
        Seed of the world.
    world : World, optional
        How it is made.
    reference : str
        ``gold``, ``peers`` or the name of a unit.

    Returns
    -------
    Game
        Ready to be played.
    """
    declaration = planted_declaration(world, reference=reference)
    spec, planted = declaration.spec, plant_world(seed, world)
    assert spec.annotations is not None
    table = assign_roles(planted.items, declaration, source_of("items"))
    gold = table.frame["gold"] if reference == "gold" else None
    log = read_annotations(
        planted.labels, spec.annotations, table, fingerprint=source_of("annotations"), reference_column=gold
    )
    model = make_model(table, spec, folder=Path.cwd(), seed=seed)
    assert model.trainer is not None
    facts = attribute_facts(count(table.judged(), judge(model, table.judged(), spec).decisions.selected), spec)
    rule = declared_rule(spec.annotations.rule, spec.annotations.share, ballots_of(log), table.outcome)
    return make_game(table, log, spec, facts, trainer=model.trainer, rule=rule, kind="vendor", scale=model.scale)


def true_attribution(
    world: World | None = None, *, reference: str = "gold", people: int = 200_000, seed: int = 0
) -> dict[str, float]:
    """Work out what each unit adds to the gap of B to A, without any chance in labels.

    Where only women of B are penalised, it is the gap of women of B to men of A. With more than 8 units,
    coalitions are sampled, which costs no precision here: without chance in labels little is left to sample.

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
    ones, rows = np.ones(train.sum()), drawn.features[train]
    is_b, is_woman = drawn.is_b[~train], drawn.is_woman[~train]
    group, others = (is_b & is_woman, ~is_b & ~is_woman) if world.women_only else (is_b, ~is_b)
    fit = first_fit(rows, aggregate(Rule(name=world.rule, tie=0.0), ballots), ones, inverse_penalty=np.inf)
    spec = planted_declaration(world).spec.model
    design = draw_design(len(players), seed) if len(players) > MOST_UNITS else None
    everyone = np.arange(2 ** len(players))[:, None] >> np.arange(len(players)) & 1 if design is None else design.stays
    gaps = []
    for stays in everyone:
        kept = np.array([dict(zip(players, stays, strict=True)).get(name, True) for name in world.units])[unit.ravel()]
        labels = aggregate(Rule(name=world.rule, tie=0.0), ballots, np.where(kept, own, other))
        coefficients = fit.refit(labels, ones)
        scores = expit(drawn.features[~train] @ coefficients[:-1] + coefficients[-1])
        selected = decide(scores, spec).selected
        gaps.append(float(selected[group].mean() - selected[others].mean()))
    if design is None:
        values, total = shapley_matrix(len(players)) @ np.array(gaps), gaps[-1]
    else:
        guess = np.zeros((len(players), 1))
        values, total = estimate(design, np.array(gaps)[:, None], guess).contributions[:, 0], gaps[1]
    return {**dict(zip(players, map(float, values), strict=True)), "baseline": gaps[0], "total": total}


def source_of(role: str) -> Fingerprint:
    """Give a fingerprint for data made here."""
    return Fingerprint(role=role, source="planted", sha256="0" * 64)
