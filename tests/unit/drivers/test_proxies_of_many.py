"""Stand-ins among very many features and groups: time stays bounded, and a single strong one is still found."""

import numpy as np
import pytest

from biasaudit.drivers import proxies
from biasaudit.results import estimated


def _strengths(names, value):
    return {name: estimated(value, value, value, method="planted", level=0.95) for name in names}


def test_shuffles_go_to_what_the_first_ones_do_not_explain():
    names = [f"f{i}" for i in range(200)]
    wanted = dict.fromkeys(names, proxies.SHUFFLES)
    first = dict.fromkeys(names, np.zeros(200))
    strengths = _strengths(names, 0.0) | _strengths(["f7"], 0.5)
    counts = proxies._bounded(wanted, first, strengths, 59)
    assert counts["f7"] == proxies.SHUFFLES
    assert {counts[name] for name in names if name != "f7"} == {200}


def test_many_strong_ones_share_what_there_is():
    names = [f"f{i}" for i in range(200)]
    counts = proxies._bounded(
        dict.fromkeys(names, proxies.SHUFFLES), dict.fromkeys(names, np.zeros(200)), _strengths(names, 0.5), 59
    )
    assert set(counts.values()) == {proxies.LEAST_SHUFFLES}


def test_an_ordinary_audit_has_every_shuffle():
    wanted = dict.fromkeys("abc", proxies.SHUFFLES)
    assert proxies._bounded(wanted, dict.fromkeys("abc", np.zeros(200)), _strengths("abc", 0.0), 5) == wanted


@pytest.mark.parametrize(("features", "groups", "expected"), [(10, 4, 999), (200, 59, 338), (3_000, 59, 99)])
def test_all_together_are_shuffled_less_where_there_are_very_many(features, groups, expected):
    levels = [np.arange(20)] * features
    assert proxies._shuffles(proxies.ALL_FEATURES, levels, groups) == expected
