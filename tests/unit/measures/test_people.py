"""Groups by codes are the groups by names."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures.people import group_of_rows


@given(rows=st.lists(st.tuples(st.sampled_from(["a", "b", "a x b"]), st.sampled_from(["b", "c", "b x c"])), min_size=1))
def test_groups_of_an_intersection(make_table, rows):
    one, other = zip(*rows, strict=True)
    table = make_table({"g": list(one), "h": list(other)})
    mine, theirs = group_of_rows(table, "g x h"), table.attribute("g x h")
    assert list(mine.categories) == list(theirs.categories)
    assert np.array_equal(mine.codes, theirs.codes)
