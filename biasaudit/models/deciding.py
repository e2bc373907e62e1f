"""From scores to decisions: threshold, share or quota, with ties shared out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from biasaudit.data.table import FloatArray
from biasaudit.data.values import TIE
from biasaudit.errors import DataError, ModelError
from biasaudit.spec import ModelSpec

Cut = Literal["threshold", "share", "quota", "given"]
Scale = Literal["probability", "score"]

#: Cut of a classifier for which none is declared: the more likely of the two outcomes.
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Who is selected, and where the line ran.

    Attributes
    ----------
    selected : array of float, shape (n,)
        1 selected, 0 not; between them the chance of someone tied at a cut-off.
    cut : {"threshold", "share", "quota", "given"}
        How the line was drawn; "given" where decisions were made elsewhere.
    cut_value : float or None
        The declared threshold (a score), share (0 to 1) or quota (items).
    cutoff_score : float or None
        Score at the line.
    tied_at_cutoff : int
        Items that share the score at the line of a share or quota; 0 where only one has it.
    """

    selected: FloatArray
    cut: Cut
    cut_value: float | None
    cutoff_score: float | None
    tied_at_cutoff: int


def decide(
    scores: FloatArray,
    spec: ModelSpec,
    *,
    weight: FloatArray | None = None,
    copies: FloatArray | None = None,
    scale: Scale = "probability",
) -> Decisions:
    """Turn scores into decisions as declared.

    A threshold selects every score at or above it. A share or a quota selects the highest scores; items tied at
    the cut-off share the places that are left in equal parts, so that the order of rows changes nothing.

    Parameters
    ----------
    scores : array of float, shape (n,)
        Finite; higher is nearer to selection.
    spec : ModelSpec
        Holds threshold, share or quota.
    weight : array of float, shape (n,), optional
        Sampling weights, at least 0: a share is then a share of the people they stand for.
    copies : array of float, shape (n,), optional
        How often each item stands in the table, at least 0; once by default. For resampling.
    scale : {"probability", "score"}
        Only a probability has a threshold by default, 0.5.

    Returns
    -------
    Decisions
        Who is selected.

    Raises
    ------
    DataError
        Where a score is not finite, or a quota exceeds the number of items.
    ModelError
        Where scores that are no probabilities have no declared cut.

    Examples
    --------
    >>> spec = ModelSpec(score="points", quota=2)
    >>> decide(np.array([3.0, 2.0, 2.0, 1.0]), spec).selected.tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    require_finite(scores)
    items = np.ones(len(scores)) if copies is None else copies
    if spec.share is not None:
        mass = items if weight is None else items * weight
        return _highest(scores, mass, spec.share * float(mass.sum()), "share", spec.share)
    if spec.quota is not None:
        if spec.quota > items.sum():
            raise DataError(
                f"[model] quota = {spec.quota} selects more than the {int(items.sum())} items that are judged. "
                f"Declare a quota of at most {int(items.sum())}, or a share."
            )
        return _highest(scores, items, float(spec.quota), "quota", float(spec.quota))
    if spec.threshold is None and scale != "probability":
        raise ModelError(
            "The scores of this model are not probabilities, so that no threshold goes without saying. "
            "Declare threshold, share or quota under [model]."
        )
    threshold = DEFAULT_THRESHOLD if spec.threshold is None else float(spec.threshold)
    selected = (scores >= threshold - _tie(scores)).astype(np.float64)
    return Decisions(selected=selected, cut="threshold", cut_value=threshold, cutoff_score=threshold, tied_at_cutoff=0)


def decide_again(scores: FloatArray, decisions: Decisions, *, weight: FloatArray | None = None) -> Decisions:
    """Decide on other scores in the way in which it was decided before: same threshold, share or quota.

    Parameters
    ----------
    scores : array of float, shape (n,)
        Finite.
    decisions : Decisions
        How it was decided.
    weight : array of float, shape (n,), optional
        Sampling weights.

    Raises
    ------
    ValueError
        Where decisions were given, so that nothing is known of how they were taken.
    """
    if decisions.cut == "threshold":
        return decide(scores, ModelSpec(score="scores", threshold=decisions.cut_value), weight=weight)
    if decisions.cut == "share":
        return decide(scores, ModelSpec(score="scores", share=decisions.cut_value), weight=weight)
    if decisions.cut == "quota":
        return decide(scores, ModelSpec(score="scores", quota=round(decisions.cut_value or 0)), weight=weight)
    raise ValueError("these decisions were given, not taken here")


def line_of(scores: FloatArray, decisions: Decisions) -> Callable[[FloatArray], FloatArray]:
    """Give the line that was drawn as a function of any score, as if it stayed where it is.

    Parameters
    ----------
    scores : array of float, shape (n,)
        The scores on which the decisions were taken.
    decisions : Decisions
        Where the line ran among them.

    Returns
    -------
    callable
        From scores, shape (m,), to 1 selected, 0 not, or the chance of those tied at the line.

    Raises
    ------
    ValueError
        Where decisions were given, so that no line is known.

    Examples
    --------
    >>> scores = np.array([3.0, 2.0, 2.0, 1.0])
    >>> line = line_of(scores, decide(scores, ModelSpec(score="points", quota=2)))
    >>> line(np.array([2.5, 2.0, 1.5])).tolist()
    [1.0, 0.5, 0.0]
    """
    if decisions.cutoff_score is None:
        raise ValueError("no line was drawn here")
    bottom = decisions.cutoff_score - _tie(scores)
    at_line = (decisions.selected > 0) & (decisions.selected < 1)
    if not at_line.any():
        return lambda others: (others >= bottom).astype(np.float64)
    chance, top = float(decisions.selected[at_line][0]), float(scores[at_line].max()) + _tie(scores)
    return lambda others: np.where(others > top, 1.0, np.where(others >= bottom, chance, 0.0))


def require_finite(scores: FloatArray, what: str = "score") -> None:
    """Refuse scores that are missing or infinite.

    Raises
    ------
    DataError
        With their number and the first row, counted from 1.
    """
    wrong = ~np.isfinite(scores)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{int(wrong.sum())} of {len(scores)} judged rows have a {what} that is missing or infinite; the first is "
            f"row {first + 1} of them, with {scores[first]}. Mend or leave out those rows: none can be decided."
        )


def _tie(scores: FloatArray) -> float:
    return TIE * max(1.0, float(np.abs(scores).max(initial=0.0)))


def _highest(scores: FloatArray, mass: FloatArray, places: float, cut: Cut, cut_value: float) -> Decisions:
    """Select the highest scores until their mass fills the places; ties take what is left in equal parts."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    starts = np.flatnonzero(np.diff(falling, prepend=np.inf) < -_tie(scores))
    filled = np.add.reduceat(mass[order], starts).cumsum()
    # Rounding in a sum of weights must not push the line one score too far.
    line = min(int(np.searchsorted(filled, places * (1 - TIE))), len(starts) - 1)
    first = starts[line]
    last = starts[line + 1] if line + 1 < len(starts) else len(scores)
    before = float(filled[line - 1]) if line else 0.0
    at_line = float(filled[line]) - before
    ranked = np.zeros(len(scores))
    ranked[:first] = 1.0
    ranked[first:last] = min(1.0, max(0.0, (places - before) / at_line)) if at_line > 0 else 0.0
    selected = np.empty(len(scores))
    selected[order] = ranked
    tied = int(last - first)
    return Decisions(
        selected=selected,
        cut=cut,
        cut_value=cut_value,
        cutoff_score=float(falling[last - 1]),
        tied_at_cutoff=tied if tied > 1 else 0,
    )
