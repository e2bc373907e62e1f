"""Coefficients of agreement, from the sums that items add up to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from biasaudit.data.table import FloatArray
from biasaudit.traces.agreement.tallies import Kind, Layout, Scale, item_adds

#: Sums of several resamples, shape (…, sums), to one value each; works on complex numbers, too.
Coefficient = Callable[[Any], Any]
#: Step of a complex-step derivative: the result is exact to rounding however small it is.
_STEP = 1e-30


def krippendorff_alpha(counts: npt.ArrayLike, kind: Kind = "nominal", values: npt.ArrayLike | None = None) -> float:
    r"""Krippendorff's alpha from the labels of each value on each item.

    .. math:: \alpha = 1 - (n - 1)\,
        \frac{\sum_i \sum_{v, w} n_{iv} n_{iw} \delta_{vw} / (m_i - 1)}{\sum_{v, w} n_v n_w \delta_{vw}}

    over items with at least two labels: :math:`n_{iv}` labels of value v on item i, :math:`m_i` on
    the item, :math:`n_v` of the value, n in all. :math:`\delta` is 1 for two different classes,
    the squared difference of numbers, and for steps of a scale the squared difference of mid-ranks,
    :math:`(\sum_{g=v}^{w} n_g - (n_v + n_w) / 2)^2`. Labels that are missing are missing.

    Parameters
    ----------
    counts : array-like of float, shape (items, values)
        Labels of each value on each item; steps of a scale from the lowest up.
    kind : {"nominal", "ordinal", "interval"}
        What the values are.
    values : array-like of float, shape (values,), optional
        The numbers that interval labels are; 0, 1, … by default.

    Returns
    -------
    float
        At most 1; 1 is full agreement, 0 what chance would give, NaN where all labels are equal or
        no item has two.

    References
    ----------
    K. Krippendorff, Content Analysis (2004), chapter 11.

    Examples
    --------
    >>> counts = [[2, 0, 0], [0, 1, 1], [0, 0, 2]]
    >>> [round(krippendorff_alpha(counts, kind), 3) for kind in ("nominal", "ordinal", "interval")]
    [0.545, 0.778, 0.828]
    """
    table, layout = _laid_out(counts, kind, values)
    return float(alpha(layout)(item_adds(table, layout).sum(axis=0)))


def gwet_agreement(counts: npt.ArrayLike, kind: Kind = "nominal", values: npt.ArrayLike | None = None) -> float:
    r"""Gwet's AC1 of classes, or AC2 of steps or numbers with quadratic weights.

    .. math:: AC = \frac{p_a - p_e}{1 - p_e}, \qquad
        p_e = \frac{\sum_{v, w} w_{vw}}{q (q - 1)} \sum_v \pi_v (1 - \pi_v)

    :math:`p_a` is the mean over items with two labels of the mean weight of their pairs,
    :math:`\pi_v` the mean over items of the share of value v, q the number of values. Weights are
    :math:`1 - (v - w)^2 / (v_{max} - v_{min})^2` for numbers, the same of positions for steps, and
    0 for two different classes.

    Parameters
    ----------
    counts : array-like of float, shape (items, values)
        Labels of each value on each item, values that nobody gave included.
    kind : {"nominal", "ordinal", "interval"}
        What the values are.
    values : array-like of float, shape (values,), optional
        The numbers that interval labels are; 0, 1, … by default.

    Returns
    -------
    float
        At most 1; unlike alpha it does not fall where one value is rare. NaN where there is one
        value only, or no item has two labels.

    References
    ----------
    K. L. Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29-48.

    Examples
    --------
    >>> rare = [[5, 0]] * 18 + [[4, 1]] * 2
    >>> round(gwet_agreement(rare), 2), round(krippendorff_alpha(rare), 2)
    (0.96, -0.01)
    """
    table, layout = _laid_out(counts, kind, values)
    return float(gwet(layout)(item_adds(table, layout).sum(axis=0)))


def nominal_alpha(counts: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> float:
    """Krippendorff's alpha for labels without an order (:func:`krippendorff_alpha`), items weighted.

    Parameters
    ----------
    counts : array-like of float, shape (items, values)
        Labels of each value on each item.
    weight : array-like of float, shape (items,), optional
        How often each item stands; once by default.

    Returns
    -------
    float
        At most 1; NaN where all labels are equal or no item has two.

    Examples
    --------
    >>> round(nominal_alpha([[2, 0], [0, 2], [1, 1]]), 3)
    0.444
    """
    table, layout = _laid_out(counts, "nominal", None)
    copies = np.ones(len(table)) if weight is None else np.asarray(weight, dtype=float)
    return float(alpha(layout)(copies @ item_adds(table, layout)))


def alpha(layout: Layout) -> Coefficient:
    """Krippendorff's alpha of sums laid out in this way."""

    def of(sums: Any) -> Any:
        n = sums[..., Layout.SIZE]
        margin = sums[..., layout.margin]
        if layout.scale.kind == "interval":
            observed, expected = sums[..., Layout.SPREAD], 2 * (n * margin[..., 1] - margin[..., 0] ** 2)
        elif layout.scale.kind == "ordinal":
            rank = np.cumsum(margin, axis=-1) - margin / 2
            lower, higher = layout.steps
            distance = (rank[..., higher] - rank[..., lower]) ** 2
            observed = (sums[..., layout.coincidence] * distance).sum(axis=-1)
            expected = 2 * (margin[..., lower] * margin[..., higher] * distance).sum(axis=-1)
        else:
            observed, expected = sums[..., Layout.SPREAD], n**2 - (margin**2).sum(axis=-1)
        # Beside n squared, what is left of a full agreement by rounding is nothing.
        return 1 - _over((n - 1) * observed, expected, np.real(expected) > 1e-9 * np.real(n) ** 2)

    return of


def percent_agreement(sums: Any) -> Any:
    """Share of equal pairs of labels, averaged over items with two labels at least."""
    return 1 - _over(sums[..., Layout.DIFFER], sums[..., Layout.PAIRED], np.real(sums[..., Layout.PAIRED]) > 0)


def divided(sums: Any) -> Any:
    """Share of items, of those with two labels, whose most frequent value has under 80 % of their labels."""
    return _over(sums[..., Layout.DIVIDED], sums[..., Layout.PAIRED], np.real(sums[..., Layout.PAIRED]) > 0)


def prevalence(sums: Any) -> Any:
    """Share of positive labels."""
    return _over(sums[..., Layout.POSITIVE], sums[..., Layout.LABELS], np.real(sums[..., Layout.LABELS]) > 0)


def gwet(layout: Layout) -> Coefficient:
    """Gwet's AC1 of classes, or AC2 of steps and numbers, of sums laid out in this way."""
    q = layout.q
    place = Layout.DIFFER if layout.scale.kind == "nominal" else Layout.SQUARED
    weight = float((1 - layout.scale.distance).sum()) if q > 1 else np.nan

    def of(sums: Any) -> Any:
        paired, rated = sums[..., Layout.PAIRED], sums[..., Layout.RATED]
        agreed = 1 - _over(sums[..., place], paired, np.real(paired) > 0)
        share = _over(sums[..., layout.share], rated[..., None], np.real(rated[..., None]) > 0)
        by_chance = weight / (q * (q - 1)) * (share * (1 - share)).sum(axis=-1) if q > 1 else np.nan * agreed
        return (agreed - by_chance) / (1 - by_chance)

    return of


def gradient(coefficient: Coefficient, sums: FloatArray) -> FloatArray:
    r"""Differentiate a coefficient with respect to each sum.

    By the complex step :math:`f'(x) = \mathrm{Im} f(x + ih) / h`, which is exact to rounding.

    Parameters
    ----------
    coefficient : callable
        A coefficient of this module.
    sums : array of float, shape (…, sums)
        Where.

    Returns
    -------
    array of float, shape (…, sums)

    References
    ----------
    W. Squire and G. Trapp (1998), SIAM Review 40, 110-112.
    """
    found = np.empty(sums.shape)
    for place in range(sums.shape[-1]):
        moved = sums.astype(complex)
        moved[..., place] += 1j * _STEP
        found[..., place] = np.imag(coefficient(moved)) / _STEP
    return found


def _over(above: Any, below: Any, is_defined: Any) -> Any:
    """Divide where that is defined, NaN elsewhere."""
    return np.where(is_defined, above / np.where(is_defined, below, 1), np.nan)


def _laid_out(counts: npt.ArrayLike, kind: Kind, values: npt.ArrayLike | None) -> tuple[FloatArray, Layout]:
    table = np.asarray(counts, dtype=float)
    numbers = np.arange(table.shape[1], dtype=float) if values is None else np.asarray(values, dtype=float)
    return table, Layout(scale=Scale(kind=kind, values=numbers, is_positive=np.zeros(len(numbers))))
