"""Scores by group counted where the rows live: histograms come home, and no score does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from biasaudit.data.grouping import Bin, Key, Question, Raw
from biasaudit.data.places import Place
from biasaudit.data.table import FloatArray
from biasaudit.measures.answers import Answer, States, known_keys, known_positive
from biasaudit.measures.cutoffs import Line
from biasaudit.measures.histograms import ScoreHistogram
from biasaudit.spec import AuditSpec

#: Equal bins of the range of scores: an area under the curve is off by some 5e-5 for smooth scores.
BINS = 250
#: Distinct scores up to which each is counted by itself, so that nothing is lost.
MOST_DISTINCT = 1_000


def count_scores(
    place: Place, spec: AuditSpec, states: States, crossed: dict[str, tuple[Key, ...]], line: Line
) -> dict[str, ScoreHistogram]:
    """Count the scores of each group of each attribute and intersection.

    Up to :data:`MOST_DISTINCT` distinct scores are counted one by one; more of them in
    :data:`BINS` equal bins, whose middle then stands for the scores in it.

    Parameters
    ----------
    place : Place
        Where the rows live.
    spec : AuditSpec
        The declaration; its model has a score.
    states : States
        Which rows are judged.
    crossed : dict of str to tuple of Key
        The columns of each attribute and intersection.
    line : Line
        Where scores were cut; it knows their range.

    Returns
    -------
    dict of str to ScoreHistogram
        One an attribute or intersection, in the same bins.
    """
    score = str(spec.model.score)
    bottom, top = (0.0, 1.0) if line.low >= 0 and line.high <= 1 else (line.low, line.high)
    is_exact = top <= bottom or place.rows.distinct(score, states.where()) <= MOST_DISTINCT
    key: Key = Raw(score) if is_exact else Bin(score, bottom, top, BINS)
    known = known_keys(spec)
    questions = [
        Question(
            keys=(*states.keys(but=known), *known, key, *keys),
            weight=spec.data.weight,
            count=spec.data.count,
        )
        for keys in crossed.values()
    ]
    found = {}
    for (name, keys), question, cells in zip(crossed.items(), questions, place.rows.ask_all(questions), strict=True):
        answer = Answer.of(cells, question, place.read)
        rows = states.judged(answer)
        actual = known_positive(answer, spec)[rows]
        at = answer.of_values(key, float)[rows]
        lowest, bins = np.unique(at, return_inverse=True)
        width = (top - bottom) / BINS
        start = lowest if is_exact else bottom + lowest * width
        groups, group = _groups(answer, keys, rows)
        found[name] = _histogram(
            groups,
            (group, actual, bins),
            lowest=start,
            mean=start if is_exact else start + width / 2,
            sums=[part[rows] for part in (answer.weight, answer.squared, answer.people)],
            highest=line.high,
            is_exact=is_exact,
        )
    return found


def _groups(answer: Answer, keys: Sequence[Key], rows: Any) -> tuple[tuple[str, ...], Any]:
    """Name the group of each cell, and number the groups."""
    parts = [np.array(answer.groups(key), dtype=object)[answer.codes[key]][rows] for key in keys]
    named = np.array([" x ".join(row) for row in zip(*parts, strict=True)], dtype=object)
    groups, place = np.unique(named, return_inverse=True)
    return tuple(map(str, groups.tolist())), place


def _histogram(
    groups: tuple[str, ...],
    codes: tuple[Any, Any, Any],
    *,
    lowest: FloatArray,
    mean: FloatArray,
    sums: list[FloatArray],
    highest: float,
    is_exact: bool,
) -> ScoreHistogram:
    shape = (len(groups), 3, len(lowest))
    cell = np.ravel_multi_index(tuple(np.asarray(code, dtype=np.intp) for code in codes), shape)
    weight, squared, people = (
        np.bincount(cell, weights=part, minlength=int(np.prod(shape))).reshape(shape).astype(float) for part in sums
    )
    by_bin = weight.sum(axis=1)
    return ScoreHistogram(
        groups=groups,
        lowest=lowest,
        mean=mean,
        weight=weight,
        weight_squared=squared,
        n=people,
        total=by_bin @ mean,
        squares=by_bin @ mean**2,
        highest=highest,
        is_exact=is_exact,
    )
