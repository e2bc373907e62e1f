"""Remedies that leave scores as they are and draw the line elsewhere: one a group, or for more or fewer people."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.models import decide
from biasaudit.remedies.bench import Bench, Draw, IntArray
from biasaudit.remedies.ways import Way
from biasaudit.spec import ModelSpec

#: Other shares that are tried where an audit names none: a fifth fewer people, and a fifth more.
OTHER_SHARES = (0.8, 1.2)
NO_SCORES = "decisions without scores leave no other line to draw"


def group_lines_way(bench: Bench, codes: IntArray, is_large: Sequence[bool], *, aimed_at: str) -> Way:
    """Select the same share of every group, its highest scores first: one line a group, as many people as today.

    Parameters
    ----------
    bench : Bench
        The judged people.
    codes : array of int, shape (n,)
        Group of each.
    is_large : sequence of bool, length (groups,)
        Groups with enough people; decisions about all others stay.
    aimed_at : str
        The attribute.

    Raises
    ------
    NotApplicableError
        Where there are no scores, or fewer than two such groups.
    """
    if bench.scores is None:
        raise NotApplicableError(NO_SCORES)
    if sum(is_large) < 2:  # noqa: PLR2004 - a comparison has two sides
        raise NotApplicableError("fewer than two groups have enough people for a line of their own")
    return Way(
        name=f"one line a group of {aimed_at}",
        kind="group_lines",
        decide=partial(_by_group, bench, codes, tuple(np.flatnonzero(is_large))),
        learns=True,
        aimed_at=aimed_at,
        caution="uses_group",
    )


def _by_group(bench: Bench, codes: IntArray, large: tuple[int, ...], draw: Draw) -> tuple[FloatArray, float]:
    assert draw.scores is not None
    weight = bench.judges.weight if draw.judged is None else bench.judges.weight * draw.judged
    among = np.isin(codes, large)
    selected = draw.selected.copy()
    share = float(weight[among] @ draw.selected[among]) / float(weight[among].sum())
    if not 0 < share < 1:
        return selected, 0.0
    line = ModelSpec(score="scores", share=share)
    for group in large:
        mine = codes == group
        if weight[mine].sum() > 0:
            copies = None if draw.judged is None else draw.judged[mine]
            selected[mine] = decide(draw.scores[mine], line, weight=bench.judges.weight[mine], copies=copies).selected
    return selected, 0.0


def share_ways(bench: Bench, shares: Sequence[float]) -> tuple[Way, ...]:
    """Select other shares of the judged people, the highest scores first.

    Parameters
    ----------
    bench : Bench
        The judged people.
    shares : sequence of float
        Between 0 and 1; :data:`OTHER_SHARES` of today's share where empty.

    Raises
    ------
    NotApplicableError
        Where there are no scores.
    """
    if bench.scores is None:
        raise NotApplicableError(NO_SCORES)
    weight = bench.judges.weight
    today = float(weight @ bench.today.selected) / float(weight.sum())
    wanted = list(shares) or [round(today * times, 4) for times in OTHER_SHARES]
    return tuple(
        Way(
            name=f"select {share * 100:g} in 100",
            kind="share",
            decide=partial(_share, bench, ModelSpec(score="scores", share=share)),
            learns=True,
            amount=share,
        )
        for share in wanted
        if 0 < share < 1
    )


def _share(bench: Bench, line: ModelSpec, draw: Draw) -> tuple[FloatArray, float]:
    assert draw.scores is not None
    return decide(draw.scores, line, weight=bench.judges.weight, copies=draw.judged).selected, 0.0
