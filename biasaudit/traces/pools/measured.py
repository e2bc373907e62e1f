"""What is measured of pools before names are shuffled, and what all comparisons of one kind share."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from biasaudit.data.table import BoolArray, FloatArray
from biasaudit.traces.attribution.facets import FEWEST_SHARED
from biasaudit.traces.ballots import IntArray
from biasaudit.traces.disclosure import FEWEST_ANNOTATORS
from biasaudit.traces.pools.layout import Pools
from biasaudit.traces.pools.linear import NO_SLOPE, Slope
from biasaudit.traces.pools.logit import LogitFit

APART = (
    f"too few of the same items of both groups were labelled by this pool and by others (at least {FEWEST_SHARED} of "
    "each are needed, directly or through other pools)"
)
TOO_FEW = f"fewer than {FEWEST_ANNOTATORS} annotators of the pool, or of the others, labelled items of both groups"
TOO_FEW_ANCHORED = f"fewer than {FEWEST_ANNOTATORS} annotators of the pool labelled items of both groups"
TOO_FEW_REFERENCES = (
    f"the pool labelled fewer than {FEWEST_SHARED} items with a reference label in the group or in its reference"
)
NOT_TOLD = "the labels on shared items do not tell the pool from its annotators"
ALIKE = "all labels on the shared items of both groups are alike"
ALIKE_CELL = "all labels of a pool on one of the groups are alike, which no log-odds can express"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured of one pool and one group, before names are shuffled.

    Attributes
    ----------
    unit : int
        The pool.
    linear, logit : Slope
        Both estimates, in units of the label and as shares of its scale.
    reason, logit_reason : str
        Why there is none.
    annotators, annotators_others, labels, n_items, n_items_reference : int
        What they rest on.
    anchored : bool
        Whether it is held against reference labels.
    scores : array of float, shape (annotators,), or None
        What each annotator adds, for an anchored effect.
    """

    unit: int
    linear: Slope = NO_SLOPE
    logit: Slope = NO_SLOPE
    reason: str = ""
    logit_reason: str = ""
    annotators: int = 0
    annotators_others: int = 0
    labels: int = 0
    n_items: int = 0
    n_items_reference: int = 0
    anchored: bool = False
    scores: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All pools of one kind on one group.

    Attributes
    ----------
    group, reference : str
        What is compared.
    pools : tuple of Measured
        One a named pool.
    linear_scores, logit_scores : array of float, shape (blocks,)
        What each annotator adds to both estimators, for shuffling.
    within : Pools or None
        The labels compared; None where nothing is.
    in_group : array of bool
        Whether an item of ``within`` is of the group.
    """

    group: str
    reference: str
    pools: tuple[Measured, ...]
    linear_scores: FloatArray
    logit_scores: FloatArray
    within: Pools | None = None
    in_group: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=bool))


@dataclass(frozen=True, kw_only=True)
class Fits:
    """What all comparisons of one kind and attribute share.

    Attributes
    ----------
    pools : Pools
        All labels of the kind.
    code : array of int, shape (items,)
        Group of each item; -1 for none.
    n_groups : int
        Number of groups.
    fit : LogitFit
        The logit with a cell for each pool and group.
    cell_is_alike : array of bool, shape (cells,)
        Whether all labels of a cell are alike.
    null : LogitFit
        The logit without cells.
    gold : array of float, shape (items,), or None
        Reference label of each item, NaN where there is none.
    low, span : float
        Where the scale of labels begins and how long it is: 0 and 1 for shares.
    """

    pools: Pools
    code: IntArray
    n_groups: int
    fit: LogitFit
    cell_is_alike: BoolArray
    null: LogitFit
    gold: FloatArray | None
    low: float = 0.0
    span: float = 1.0
