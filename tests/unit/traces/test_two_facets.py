"""Item and annotator effects are taken out as a regression with dummies would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.traces.pools.two_facets import TwoFacets


def crossed(seed, *, items=30, annotators=8, labels=120, item_ridge=0.0, annotator_ridge=0.0):
    rng = np.random.default_rng(seed)
    item = np.sort(rng.integers(0, items, labels))
    return rng, TwoFacets(
        item=item,
        annotator=rng.integers(0, annotators, labels),
        n_items=items,
        n_annotators=annotators,
        weight=rng.uniform(0.2, 2, labels),
        item_ridge=item_ridge,
        annotator_ridge=annotator_ridge,
    )


def dummies(facets):
    return np.hstack([np.eye(facets.n_items)[facets.item], np.eye(facets.n_annotators)[facets.annotator]])


@given(st.integers(0, 2**32 - 1), st.integers(20, 150))
@settings(max_examples=40)
def test_what_is_left_is_what_weighted_least_squares_on_dummies_leaves(seed, labels):
    rng, facets = crossed(seed, labels=labels)
    columns = rng.normal(size=(labels, 2))
    root = np.sqrt(facets.weight)[:, None]
    fitted = np.linalg.lstsq(dummies(facets) * root, columns * root, rcond=None)[0]
    assert facets.residual(columns) == pytest.approx(columns - dummies(facets) @ fitted, abs=1e-8)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_ridges_give_the_penalised_solution(seed):
    rng, facets = crossed(seed, item_ridge=0.7, annotator_ridge=1.3)
    column = rng.normal(size=(120, 1))
    design = dummies(facets)
    penalty = np.diag(np.repeat([0.7, 1.3], [facets.n_items, facets.n_annotators]))
    wanted = np.linalg.solve(
        design.T @ (design * facets.weight[:, None]) + penalty, design.T @ (column * facets.weight[:, None])
    )
    assert facets.residual(column) == pytest.approx(column - design @ wanted, abs=1e-8)


def test_effects_of_items_and_annotators_leave_nothing():
    rng, facets = crossed(3)
    column = (rng.normal(size=facets.n_items)[facets.item] + rng.normal(size=facets.n_annotators)[facets.annotator])[
        :, None
    ]
    assert np.abs(facets.residual(column)).max() < 1e-8


def test_annotators_in_a_chain_are_solved_too():
    """A chain is the worst case for conjugate gradients: each annotator shares one item with the next."""
    n = 200
    item = np.repeat(np.arange(n - 1), 2)
    annotator = (np.arange(2 * (n - 1)) + 1) // 2
    facets = TwoFacets(item=item, annotator=annotator, n_items=n - 1, n_annotators=n, weight=np.ones(len(item)))
    column = np.random.default_rng(0).normal(size=(len(item), 1))
    fitted = np.linalg.lstsq(dummies(facets), column, rcond=None)[0]
    assert facets.residual(column) == pytest.approx(column - dummies(facets) @ fitted, abs=1e-6)
