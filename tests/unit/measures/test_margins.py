"""The plan of tables holds every margin that is asked for, and keeps tables small."""

import math

from hypothesis import given
from hypothesis import strategies as st

from biasaudit.measures.margins import plan_tables, wanted_margins


@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=9),
    most=st.sampled_from([1, 50, 5_000]),
    data=st.data(),
)
def test_every_margin_stands_in_a_table_and_tables_stay_small(sizes, most, data):
    places = st.frozensets(st.integers(0, len(sizes) - 1), min_size=1, max_size=3)
    margins = data.draw(st.lists(places, min_size=1, max_size=30))
    tables = plan_tables(margins, sizes, most)
    assert all(any(margin <= set(table) for table in tables) for margin in margins)
    largest_alone = max(math.prod(sizes[place] for place in margin) for margin in margins)
    assert max(math.prod(sizes[place] for place in table) for table in tables) <= max(most, largest_alone)
    assert len(tables) <= len(set(margins))


def test_strata_and_periods_are_never_crossed_with_each_other():
    axes = [("attribute", "a"), ("attribute", "b x c"), ("stratum", "s"), ("stratum", "t"), ("period", "p")]
    margins = wanted_margins(axes, [("a", "b x c")])
    assert {tuple(sorted(margin)) for margin in margins} == {(0, 1, 2, 3), (0, 1, 4)}


def test_without_a_list_everything_is_crossed():
    assert wanted_margins([("attribute", "a"), ("attribute", "b")]) == (frozenset({0, 1}),)
