"""A refit to rows drawn anew: as rows it teaches what it would teach as weights."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge

from biasaudit.models.training import fit_once, make_refit


@given(st.integers(0, 1000), st.booleans())
@settings(max_examples=25, deadline=None)
def test_rows_and_weights_teach_the_same(seed, as_frame):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(40, 3))
    rows = pd.DataFrame(values, columns=["a", "b", "c"]) if as_frame else values
    labels, copies = rng.random(40), rng.multinomial(40, np.full(40, 1 / 40)).astype(float)
    estimator = Ridge(alpha=1.0) if seed % 2 else LinearRegression()
    found = make_refit(estimator, rows, labels, np.ones(40))(labels, copies)(rows)
    by_weight = fit_once(estimator, rows, (labels > 0.5).astype(float), copies).predict(rows)
    hard = make_refit(estimator, rows, labels, np.ones(40))((labels > 0.5).astype(float), copies)(rows)
    np.testing.assert_allclose(hard, by_weight, atol=1e-8)
    assert np.isfinite(found).all()


def test_weights_that_count_nobody_stay_weights():
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(30, 2)), (rng.random(30) > 0.5).astype(float)
    weight = rng.random(30)
    weight[:3] = 0.0
    found = make_refit(LinearRegression(), rows, labels, np.ones(30))(labels, weight)(rows)
    np.testing.assert_allclose(found, fit_once(LinearRegression(), rows, labels, weight).predict(rows), atol=1e-10)
