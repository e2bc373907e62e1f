"""Judging: columns of scores and decisions made elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biasaudit.errors import DataError
from biasaudit.models import judge, make_model


def judged(make_table, spec, **columns):
    table = make_table(pd.DataFrame(columns), features=())
    return judge(make_model(table, spec, folder=Path(), seed=0), table, spec)


@pytest.mark.parametrize("value", [1, 1.0, True, "1", "True"])
@pytest.mark.parametrize("column", [[1, 0], [1.0, 0.0], [True, False], ["1", "0"], ["True", "False"]])
def test_one_is_one_however_it_is_written(make_table, make_spec, value, column):
    spec = make_spec(decision="chosen", selected_value=value)
    found = judged(make_table, spec, chosen=column)
    assert found.decisions.selected.tolist() == [1, 0]
    assert found.scores is None
    assert found.decisions.cut == "given"


def test_any_other_value_is_not_selected(make_table, make_spec):
    spec = make_spec(decision="chosen", selected_value="yes")
    assert judged(make_table, spec, chosen=["yes", "no", "later"]).decisions.selected.tolist() == [1, 0, 0]


def test_a_missing_decision_is_counted_and_the_first_is_named(make_table, make_spec):
    spec = make_spec(decision="chosen", selected_value="yes")
    with pytest.raises(DataError, match=r"2 of 4 .*'id1'"):
        judged(make_table, spec, chosen=["yes", None, "no", None])


def test_a_value_that_never_stands_there_is_a_mistake(make_table, make_spec):
    with pytest.raises(DataError, match="never holds selected_value = 'si'"):
        judged(make_table, make_spec(decision="chosen", selected_value="si"), chosen=["yes", "no"])


def test_scores_of_a_column_are_decided(make_table, make_spec):
    found = judged(make_table, make_spec(score="points", share=0.5), points=[3, 1, 2, 0])
    assert found.decisions.selected.tolist() == [1, 0, 1, 0]
    np.testing.assert_array_equal(found.scores, [3, 1, 2, 0])


@pytest.mark.parametrize("bad", [np.inf, np.nan, "high"])
def test_a_score_that_is_no_finite_number_is_named(make_table, make_spec, bad):
    with pytest.raises(DataError, match=r"1 of 3 .*'id2'"):
        judged(make_table, make_spec(score="points", quota=1), points=pd.Series([3.0, 1.0, bad], dtype=object))


def test_a_missing_column_is_named_with_the_nearest(make_table, make_spec):
    with pytest.raises(DataError, match="Did you mean 'points'"):
        judged(make_table, make_spec(score="point", quota=1), points=[1.0])
