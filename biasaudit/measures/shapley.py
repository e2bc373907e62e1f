"""Shapley's weights: how the value of all is shared out over those who bring it, be they inputs or units."""

from __future__ import annotations

from math import factorial

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def shapley_matrix(n_players: int) -> FloatArray:
    r"""Give the matrix that turns the values of all coalitions into Shapley values.

    .. math:: \phi_k = \sum_{S \not\ni k} \frac{|S|!\,(n - |S| - 1)!}{n!} \bigl(v(S \cup k) - v(S)\bigr)

    Parameters
    ----------
    n_players : int
        Number of players n.

    Returns
    -------
    array of float, shape (n, 2 ** n)
        Each row adds up to 0; the rows together give v(all) - v(none).

    References
    ----------
    L. S. Shapley, A value for n-person games (1953).

    Examples
    --------
    >>> shapley_matrix(2).tolist()
    [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]
    """
    matrix = np.zeros((n_players, 2**n_players))
    for number in range(2**n_players):
        size = number.bit_count()
        for player in range(n_players):
            if number >> player & 1:
                matrix[player, number] = factorial(size - 1) * factorial(n_players - size) / factorial(n_players)
            else:
                matrix[player, number] = -factorial(size) * factorial(n_players - size - 1) / factorial(n_players)
    return matrix
