"""Who shares a gap: the inputs of a model, some of them declared to be explained as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biasaudit.errors import DataError
from biasaudit.spec import nearest_name


@dataclass(frozen=True, kw_only=True)
class Players:
    """What contributions are told of.

    Attributes
    ----------
    names : tuple of str, length k
        Columns, and names of declared groups of columns.
    owner : array of int, shape (p,)
        For each column that the model reads, the player it enters with.
    """

    names: tuple[str, ...]
    owner: npt.NDArray[np.intp]

    @property
    def together(self) -> npt.NDArray[np.float64]:
        """Matrix that adds up columns by player, shape (p, k)."""
        return np.eye(len(self.names))[self.owner]


def players_of(features: tuple[str, ...], groups: Mapping[str, tuple[str, ...]] | None = None) -> Players:
    """Bring columns together by their declared groups.

    Parameters
    ----------
    features : tuple of str, length p
        Columns that the model reads.
    groups : mapping of str to tuple of str, optional
        Name and columns of each group, no column in two.

    Returns
    -------
    Players
        In the order of the columns; a group stands where the first of its columns does.

    Raises
    ------
    DataError
        Where a group names what the model does not read, or has the name of a column.

    Examples
    --------
    >>> players_of(("salary", "age", "bonus"), {"pay": ("salary", "bonus")}).names
    ('pay', 'age')
    """
    group_of: dict[str, str] = {}
    for group, columns in (groups or {}).items():
        if group in features:
            raise DataError(f"[feature_groups] {group!r} is the name of an input too; call the group something else.")
        for column in columns:
            if column not in features:
                nearest = nearest_name(column, list(features))
                hint = f" Did you mean {nearest!r}?" if nearest else ""
                listed = ", ".join(map(repr, features))
                raise DataError(
                    f"[feature_groups] {group}: {column!r} is no input of the model.{hint} Available: {listed}."
                )
            group_of[column] = group
    names = tuple(dict.fromkeys(group_of.get(feature, feature) for feature in features))
    return Players(
        names=names, owner=np.array([names.index(group_of.get(one, one)) for one in features], dtype=np.intp)
    )
