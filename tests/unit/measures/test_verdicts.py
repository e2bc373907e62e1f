"""Verdicts come from whole intervals."""

import numpy as np
import pytest

from biasaudit.measures.verdicts import rows_needed, verdicts


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.051, 0.2, "exceeds"),
        (-0.3, -0.06, "exceeds"),
        (-0.05, 0.05, "within"),
        (0.05, 0.2, "cannot_tell"),
        (-0.3, -0.05, "cannot_tell"),
        (-0.2, 0.2, "cannot_tell"),
        (0.0, 0.06, "cannot_tell"),
        (np.nan, np.nan, "cannot_tell"),
    ],
)
def test_the_whole_interval_decides(low, high, word):
    assert verdicts([low], [high], (-0.05, 0.05)) == [word]


def test_rows_needed_is_the_least_number_that_settles():
    people = np.array([40.0, 40.0, 40.0, 40.0])
    needed = np.array([1000.0, 41.0, np.inf, 10.0])
    found = rows_needed(lambda factor: factor * people >= needed, people, np.array([1.0, 1.0, 1.0, 3.0]))
    assert found == [1000, 41, None, 120]
