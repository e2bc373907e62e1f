"""What the features of an item let expect of its label, without having seen that label."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from biasaudit.data.table import FloatArray
from biasaudit.models import Trainer

#: Probabilities are kept this far from 0 and 1 inside log-odds.
FLOOR = 1e-3


def feature_scores(trainer: Trainer, labels: FloatArray, *, is_probability: bool) -> FloatArray:
    """Score the training rows with the audited kind of model, each half by a model of the other half.

    Parameters
    ----------
    trainer : Trainer
        Trains the model.
    labels : array of float, shape (training rows,)
        Agreed labels, 0 to 1.
    is_probability : bool
        Whether scores are probabilities; they are then read as log-odds.

    Returns
    -------
    array of float, shape (training rows,)
        In standard deviations from the mean; all 0 where the features tell no rows apart.
    """
    rows = trainer.prepare(trainer.frame)
    is_first = np.random.default_rng(0).permutation(len(labels)) < len(labels) // 2
    scores = np.zeros(len(labels))
    for half in (is_first, ~is_first):
        found = trainer.refit(labels, trainer.weight * ~half)(rows)[half]
        scores[half] = logit(np.clip(found, FLOOR, 1 - FLOOR)) if is_probability else found
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > FLOOR else np.zeros(len(labels))
