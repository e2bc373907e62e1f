"""The units that a gap may be attributed to, with the smallest pooled."""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
import pandas as pd

from biasaudit.data.annotations import AnnotationLog
from biasaudit.errors import NotApplicableError
from biasaudit.spec import AnnotationsSpec, ReferenceSpec, nearest_name
from biasaudit.traces.ballots import Ballots, IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS

#: Name under which units of few annotators are pooled.
SMALL_UNITS = f"(fewer than {FEWEST_ANNOTATORS} annotators)"
#: Exact attribution retrains 2 to the power of the units; with more units than this, coalitions are sampled.
MOST_UNITS = 8


@dataclass(frozen=True, kw_only=True)
class Players:
    """Units of one kind as players of a game.

    Attributes
    ----------
    kind : str
        Kind of unit, as declared.
    names : tuple of str
        Names of the players; a named reference unit is none.
    unit : array of int, shape (labels,)
        Player of each label, from 0; ``len(names)`` for a named reference unit; -1 for labels that
        stay as given throughout, because their units have too few annotators even together.
    reference : str or None
        Name of the reference unit.
    labels : tuple of int
        Labels of each player.
    annotators : tuple of int
        Annotators of each player.
    """

    kind: str
    names: tuple[str, ...]
    unit: IntArray
    reference: str | None
    labels: tuple[int, ...]
    annotators: tuple[int, ...]

    @property
    def n_units(self) -> int:
        """Players, and the reference unit where there is one."""
        return len(self.names) + (self.reference is not None)

    @property
    def kept_apart(self) -> int:
        """Labels that stay as given throughout."""
        return int((self.unit < 0).sum())

    def blocks(self, ballots: Ballots) -> tuple[IntArray, IntArray]:
        """Give the block of each label (one annotator's labels in one unit) and each block's unit.

        Labels that take no part have block -1. Where annotators work in one unit each, a block is
        a whole annotator.
        """
        takes_part = self.unit >= 0
        key = ballots.annotator[takes_part] * np.intp(self.n_units) + self.unit[takes_part]
        found, which = np.unique(key, return_inverse=True)
        block = np.full(len(self.unit), -1, dtype=np.intp)
        block[takes_part] = which
        return block, (found % self.n_units).astype(np.intp)

    def shuffles(self, ballots: Ballots) -> float:
        """Count the ways in which unit names can be dealt out over blocks; infinite where enormous."""
        _, unit_of_block = self.blocks(ballots)
        sizes = np.bincount(unit_of_block)
        logarithm = lgamma(len(unit_of_block) + 1) - sum(lgamma(size + 1) for size in sizes)
        return float(np.exp(min(logarithm, 700.0)))


def players_of(log: AnnotationLog, ballots: Ballots, kind: str, spec: AnnotationsSpec) -> Players:
    """Find the players of one kind.

    Units with fewer than 5 annotators are pooled into one player; where even that has fewer, their
    labels stay as given throughout and nothing is said about them.

    Parameters
    ----------
    log : AnnotationLog
        The labels.
    ballots : Ballots
        Those of them that train a model.
    kind : str
        Kind of unit.
    spec : AnnotationsSpec
        Holds the declared reference.

    Returns
    -------
    Players
        At least two, or one beside a reference unit.

    Raises
    ------
    NotApplicableError
        Where there are too few units, or the named reference unit has too few annotators.
    """
    values = np.asarray(log.frame[f"unit:{kind}"].astype(object))[ballots.source]
    sizes = pd.DataFrame({"unit": values, "annotator": ballots.annotator}).groupby("unit")["annotator"].nunique()
    reference = _reference_unit(
        values, kind, spec, shown=[str(name) for name in sizes.index[sizes >= FEWEST_ANNOTATORS]]
    )
    if reference is not None and sizes[reference] < FEWEST_ANNOTATORS:
        raise NotApplicableError(
            f"the declared reference unit of {kind!r} has fewer than {FEWEST_ANNOTATORS} annotators, too few to stand "
            "for a unit"
        )
    pooled = pd.Series(values).map(lambda name: name if sizes[name] >= FEWEST_ANNOTATORS else SMALL_UNITS)
    is_small = (pooled == SMALL_UNITS).to_numpy()
    rest_is_shown = len(np.unique(ballots.annotator[is_small])) >= FEWEST_ANNOTATORS
    names = sorted({str(name) for name in pooled.unique()} - {SMALL_UNITS, str(reference)})
    names += [SMALL_UNITS] if rest_is_shown else []
    if len(names) + (reference is not None) < 2:  # noqa: PLR2004 - one unit cannot be held against another
        raise NotApplicableError(
            f"{kind!r} has fewer than two units of at least {FEWEST_ANNOTATORS} annotators whose labels train the model"
        )
    codes = {name: place for place, name in enumerate([*names, *([reference] if reference else [])])}
    unit = np.array([codes.get(name, -1) for name in pooled], dtype=np.intp)
    return Players(
        kind=kind,
        names=tuple(names),
        unit=unit,
        reference=reference,
        labels=tuple(int((unit == place).sum()) for place in range(len(names))),
        annotators=tuple(len(np.unique(ballots.annotator[unit == place])) for place in range(len(names))),
    )


def _reference_unit(values: object, kind: str, spec: AnnotationsSpec, *, shown: list[str]) -> str | None:
    """Find the named reference unit, if one is declared; of the others only those that may be shown are named."""
    if not isinstance(spec.reference, ReferenceSpec) or spec.reference.unit is None:
        return None
    name = spec.reference.unit
    found = sorted({str(value) for value in np.asarray(values, dtype=object)})
    if name not in found:
        near = nearest_name(name, shown)
        hint = f"did you mean {near!r}?" if near else "see [annotations] reference"
        raise NotApplicableError(f"no label of {kind!r} is by the declared reference unit: {hint}")
    return name
