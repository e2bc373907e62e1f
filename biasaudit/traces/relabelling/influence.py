"""How far each label moves the gap of a smooth model: one linear solve, then one product with the features.

A model that minimises ``sum_i w_i loss(x_i b, y_i) + penalty(b)`` has coefficients that move with
label j by ``db/dy_j = H^-1 w_j x_j``, H the Hessian of the objective at b. A gap G that is smooth in
b therefore moves by ``w_j x_j . H^-1 dG/db``: the influence function (Hampel, J. Amer. Statist.
Assoc. 69, 1974; Koh and Liang, ICML 2017) for a change of label in place of one of weight. It is a
first-order screen. What it names is tried by training again (``relabelling``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr

from biasaudit.data.table import FloatArray
from biasaudit.errors import NotApplicableError
from biasaudit.models.deciding import DEFAULT_THRESHOLD
from biasaudit.models.smooth import SmoothModel
from biasaudit.spec import ModelSpec
from biasaudit.traces.attribution.games import Judges
from biasaudit.traces.ballots import Ballots
from biasaudit.traces.rules.rule import Rule, aggregate

#: Scores that differ by less, relative to their size, are one score.
ROUNDING = 1e-9
#: Silverman's rule for the width of a normal kernel: 0.9 min(sd, IQR / 1.349) n^(-1/5)
#: (Density Estimation for Statistics and Data Analysis, 1986, equation 3.31).
SILVERMAN, IQR_OF_NORMAL = 0.9, 1.349
#: Added to positive and other answers before a share is read as a chance (Jeffreys).
JEFFREYS = 0.5


def contrasts(judges: Judges) -> FloatArray:
    """Give the weights with which judged rows enter each gap of means: shape (judged rows, comparisons).

    Each column adds up to 1 over the group, to -1 over its reference, and is 0 elsewhere.
    """
    columns = np.zeros((len(judges.weight), len(judges.comparisons)))
    for place, comparison in enumerate(judges.comparisons):
        attribute, group, reference = comparison.place
        for code, sign in ((group, 1.0), (reference, -1.0)):
            member = judges.codes[attribute] == code
            columns[member, place] += sign * judges.weight[member] / judges.weight[member].sum()
    return columns


def score_gradient(smooth: SmoothModel, judges: Judges) -> FloatArray:
    """Differentiate the gap of mean scores by the coefficients: shape (q, comparisons)."""
    slope = np.ones(len(smooth.judged))
    if smooth.is_logistic:
        chance = expit(smooth.judged_line)
        slope = chance * (1 - chance)
    return np.asarray(smooth.judged.T @ (contrasts(judges) * slope[:, None]))


@dataclass(frozen=True, kw_only=True)
class SmoothCut:
    """The line between selected and not, with its edge softened by a normal kernel.

    Attributes
    ----------
    line : float
        Where it runs, on the scale of the linear predictor.
    width : float
        Standard deviation of the kernel.
    share : float or None
        Share of the judged rows (by mass) that it must select, under a share or a quota: it then
        moves with the coefficients. None for a threshold, which stays.
    mass : array of float, shape (judged rows,)
        What each row counts towards that share.
    """

    line: float
    width: float
    share: float | None
    mass: FloatArray

    def selected(self, lines: FloatArray) -> FloatArray:
        """Chance of each row to be selected, once its edge is softened."""
        return np.asarray(ndtr((lines - self.line) / self.width))

    def density(self, lines: FloatArray) -> FloatArray:
        """Differentiate that chance by the row's linear predictor."""
        distance = (lines - self.line) / self.width
        return np.asarray(np.exp(-0.5 * distance**2) / (self.width * np.sqrt(2 * np.pi)))


def smooth_cut(smooth: SmoothModel, spec: ModelSpec, weight: FloatArray) -> SmoothCut:
    """Soften the declared cut.

    Parameters
    ----------
    smooth : SmoothModel
        The model, or the one that stands in for it.
    spec : ModelSpec
        Holds threshold, share or quota.
    weight : array of float, shape (judged rows,)
        Sampling weights.

    Returns
    -------
    SmoothCut
        Where the line runs and how wide its edge is.

    Raises
    ------
    NotApplicableError
        Where all judged rows have one score, or a threshold is none that the model can reach.
    """
    lines = smooth.judged_line
    quarter, three_quarters = np.quantile(lines, [0.25, 0.75])
    spread = min(float(lines.std()), float(three_quarters - quarter) / IQR_OF_NORMAL) or float(lines.std())
    width = SILVERMAN * spread * len(lines) ** -0.2
    if not width > ROUNDING * max(1.0, float(np.abs(lines).max())):
        raise NotApplicableError("all judged people have the same score, so that no label moves a decision")
    if spec.share is None and spec.quota is None:
        threshold = DEFAULT_THRESHOLD if spec.threshold is None else float(spec.threshold)
        line = float(logit(threshold)) if smooth.is_logistic else threshold
        if not np.isfinite(line):
            raise NotApplicableError("everyone, or no one, is selected")
        return SmoothCut(line=line, width=width, share=None, mass=weight)
    mass = np.ones(len(lines)) if spec.quota is not None else weight
    share = float(spec.share) if spec.share is not None else float(spec.quota or 0) / len(lines)
    if not 0 < share < 1:
        raise NotApplicableError("everyone, or no one, is selected")

    def over(line: float) -> float:
        return float(mass @ ndtr((lines - line) / width) / mass.sum() - share)

    reach = 40 * width
    line = float(brentq(over, lines.min() - reach, lines.max() + reach, xtol=1e-14, rtol=1e-14))
    return SmoothCut(line=line, width=width, share=share, mass=mass)


def selection_gradient(smooth: SmoothModel, judges: Judges, cut: SmoothCut) -> FloatArray:
    """Differentiate the softened gap of selection rates by the coefficients: shape (q, comparisons).

    Under a share or a quota the line follows the scores, so that as many are selected as before.
    """
    density = cut.density(smooth.judged_line)
    rows = smooth.judged
    if cut.share is not None:
        at_line = cut.mass * density
        rows = rows - (at_line @ rows) / at_line.sum()
    return np.asarray(rows.T @ (contrasts(judges) * density[:, None]))


def label_influence(smooth: SmoothModel, gradient: FloatArray) -> FloatArray:
    """Give how fast each gap moves with each training label.

    Parameters
    ----------
    smooth : SmoothModel
        The model.
    gradient : array of float, shape (q, comparisons)
        Derivative of each gap by the coefficients.

    Returns
    -------
    array of float, shape (n_train, comparisons)
        dG/dy_j; times the change of a label from 0 to 1 or back, the gap expected to first order.

    Examples
    --------
    >>> smooth = SmoothModel(
    ...     train=np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]),
    ...     judged=np.array([[0.0, 1.0], [1.0, 1.0]]),
    ...     coefficients=np.zeros(2),
    ...     penalty=np.zeros(2),
    ...     weight=np.ones(3),
    ...     is_logistic=False,
    ... )
    >>> label_influence(smooth, np.array([[1.0], [0.0]])).ravel().round(3).tolist()
    [-0.5, 0.0, 0.5]
    """
    moved = smooth.train @ smooth.solve(gradient)
    return np.asarray(moved * (smooth.weight * smooth.label_scale)[:, None])


def answer_sensitivity(rule: Rule, ballots: Ballots) -> FloatArray:
    """Give how far the agreed label of an item is expected to move with each single answer.

    Exact for ``mean``: one over the number of answers. Under a counting rule one answer moves the
    agreed label only where it is pivotal; which it is today hangs on how the others happened to
    answer, so the others are drawn again: each positive with the share that they show (half an
    answer added to both sides). The result is the chance that the answer decides. Any rule that
    weighs annotators is taken for a majority here.

    Parameters
    ----------
    rule : Rule
        The rule in force.
    ballots : Ballots
        The answers.

    Returns
    -------
    array of float, shape (labels,)
        From 0 to 1.

    Examples
    --------
    >>> ballots = Ballots(
    ...     rows=np.array([0]),
    ...     item=np.zeros(4, dtype=np.intp),
    ...     annotator=np.arange(4),
    ...     label=np.array([1.0, 1.0, 0.0, 0.0]),
    ...     source=np.arange(4),
    ... )
    >>> answer_sensitivity(Rule(name="mean"), ballots).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    size = ballots.per_item[ballots.item]
    if rule.name == "mean":
        return np.asarray(1.0 / size)
    positive = np.bincount(ballots.item, ballots.label, ballots.n_items)[ballots.item] - ballots.label
    # One number for a pair of counts, since numbers are sorted far faster than rows.
    _, first, which = np.unique(size * (size.max() + 1) + positive, return_index=True, return_inverse=True)
    kinds = np.column_stack([size, positive])[first]
    return _chances_to_decide(_counting(rule), kinds)[which]


def _counting(rule: Rule) -> Rule:
    known = ("majority", "supermajority", "any", "all")
    return rule if rule.name in known else Rule(name="majority", tie=rule.tie)


def _chances_to_decide(rule: Rule, kinds: FloatArray) -> FloatArray:
    """Chance that one more answer decides, for items of so many answers whose others hold so many positive ones."""
    decided = []
    for answer in (1.0, 0.0):
        chances = [
            np.append(np.full(int(size) - 1, (positive + JEFFREYS) / (size - 1 + 2 * JEFFREYS)), answer)
            for size, positive in kinds
        ]
        sizes = np.array([len(each) for each in chances])
        item = np.repeat(np.arange(len(chances), dtype=np.intp), sizes)
        answers: FloatArray = np.concatenate(chances)
        drawn = Ballots(rows=np.arange(len(chances)), item=item, annotator=item, label=answers, source=item)
        decided.append(aggregate(rule, drawn))
    return np.asarray(decided[0] - decided[1])
