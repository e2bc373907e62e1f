"""The four ways a selection model comes: trained here, loaded, or given as scores or decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from biasaudit.data.table import FloatArray, Table
from biasaudit.errors import DataError, ModelError
from biasaudit.models.deciding import Decisions, Scale
from biasaudit.models.estimators import make_estimator, recorded_parameters, require_model
from biasaudit.models.loading import load_model
from biasaudit.models.pipeline import feature_columns
from biasaudit.models.training import Trainer, fit_once, make_refit, scale_of, scores_of
from biasaudit.results import Fingerprint, ModelFacts, Performance
from biasaudit.spec import AuditSpec, nearest_name

Kind = Literal["trained", "loaded", "scores", "decisions"]
CaseModel = Callable[[Table, AuditSpec], Any]


@dataclass(frozen=True, kw_only=True)
class Model:
    """A selection model, however it came.

    Attributes
    ----------
    kind : {"trained", "loaded", "scores", "decisions"}
        Which of the four ways.
    source : str
        Estimator, file name or column.
    parameters : dict
        What made it what it is, as values that JSON can hold.
    scale : {"probability", "score"}
        Unit of its scores.
    score : callable or None
        From a frame of the feature columns to an array of float, shape (n,); None where only a column was given.
    trainer : Trainer or None
        Trains it again; None where it was not trained here.
    features : tuple of str
        Columns that ``score`` reads.
    columns : sklearn.compose.ColumnTransformer or None
        Fitted, one transformer a source column; None where the model is not one of ours.
    estimator : object or None
        Fitted estimator behind ``columns``, or the whole model as trained or loaded.
    fingerprint : Fingerprint or None
        Digest of the file of a loaded model.
    """

    kind: Kind
    source: str
    parameters: dict[str, Any] = field(default_factory=dict)
    scale: Scale = "score"
    score: Callable[[pd.DataFrame], FloatArray] | None = None
    trainer: Trainer | None = None
    features: tuple[str, ...] = ()
    columns: ColumnTransformer | None = None
    estimator: Any = None
    fingerprint: Fingerprint | None = None


def make_model(
    table: Table,
    spec: AuditSpec,
    *,
    folder: Path,
    seed: int,
    case_model: CaseModel | None = None,
    trust_pickle: bool = False,
) -> Model:
    """Train, load or wrap the declared model.

    A trained model learns from the rows that are not judged; where every row is judged, it learns from those.

    Parameters
    ----------
    table : Table
        All rows.
    spec : AuditSpec
        The declaration.
    folder : Path
        Folder that a relative path of a model file starts from.
    seed : int
        Becomes ``random_state``.
    case_model : callable, optional
        Gives the unfitted estimator of a trained model from the table of its training rows and the declaration: a
        bare estimator gets the usual preparation of features, a Pipeline gets the frame as it is.
    trust_pickle : bool
        Whether a pickle or joblib file may be opened, which runs any code in it.

    Returns
    -------
    Model
        Ready to be judged.

    Raises
    ------
    ModelError
        Where it cannot be trained, loaded or trusted.
    DataError
        Where a column is missing that the model needs.
    """
    way = spec.model.way
    if way == "train":
        return _train(table, spec, seed=seed, case_model=case_model)
    if way == "load":
        return _load(table, spec, folder=folder, trust_pickle=trust_pickle)
    column = str(spec.model.score if way == "score" else spec.model.decision)
    if column not in table.frame:
        nearest = nearest_name(column, map(str, table.frame.columns))
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        raise DataError(f"[model] {way} = {column!r}: the table has no such column.{hint}")
    return Model(kind="scores" if way == "score" else "decisions", source=column)


def model_facts(model: Model, decisions: Decisions, performance: tuple[Performance, ...] = ()) -> ModelFacts:
    """Write down where scores and decisions came from.

    Parameters
    ----------
    model : Model
        The model.
    decisions : Decisions
        What it decided on the judged rows.
    performance : tuple of Performance
        How well it reproduces what it is measured against.

    Returns
    -------
    ModelFacts
        For the result.
    """
    return ModelFacts(
        kind=model.kind,
        source=model.source,
        parameters=model.parameters,
        cut=decisions.cut,
        cut_value=decisions.cut_value,
        cutoff_score=decisions.cutoff_score,
        n_selected=float(decisions.selected.sum()),
        tied_at_cutoff=decisions.tied_at_cutoff,
        performance=performance,
    )


def _train(table: Table, spec: AuditSpec, *, seed: int, case_model: CaseModel | None) -> Model:
    rows, judged_rows = _training_rows(table), np.flatnonzero(table.is_judged)
    assert table.outcome is not None
    frame = table.frame[list(table.features)]
    labels, weight = table.outcome[rows], table.weight[rows]
    if case_model is not None:
        estimator, source = case_model(table.take(rows), spec), "case.py"
        require_model(estimator, "model() of case.py")
    else:
        source = str(spec.model.train)
        estimator = make_estimator(source, spec.model.parameters, seed=seed)
    columns = None
    prepare: Callable[[pd.DataFrame], Any] = _as_it_is
    if not isinstance(estimator, Pipeline):
        columns = feature_columns(frame, estimator).fit(frame.iloc[rows])
        prepare = columns.transform
    ready = prepare(frame.iloc[rows])
    fitted = fit_once(estimator, ready, labels, weight)
    trainer = Trainer(
        rows=rows,
        judged_rows=judged_rows,
        frame=frame.iloc[rows].reset_index(drop=True),
        labels=labels,
        weight=weight,
        prepare=prepare,
        judged=prepare(frame.iloc[judged_rows]),
        refit=make_refit(estimator, ready, labels, weight),
    )
    return Model(
        kind="trained",
        source=f"{source}: {type(estimator).__name__}" if case_model is not None else source,
        parameters=recorded_parameters(estimator),
        scale=scale_of(fitted),
        score=partial(_prepared_scores, fitted, prepare, table.features),
        trainer=trainer,
        features=table.features,
        columns=columns,
        estimator=fitted,
    )


def _training_rows(table: Table) -> Any:
    """Find the rows that train, and refuse those from which nothing can be learnt."""
    if table.outcome is None:
        raise ModelError("A model cannot be trained without [data] outcome, the label that it learns from.")
    if not table.features:
        raise ModelError("A model cannot be trained without features: no column is left for [data] features.")
    among = table.is_judged if table.is_judged.all() else ~table.is_judged
    rows = np.flatnonzero(among & np.isfinite(table.outcome))
    labels = table.outcome[rows]
    if len(rows) == 0 or labels.min() == labels.max():
        value = f"is {labels[0]:g} in" if len(rows) else "is missing in"
        raise ModelError(
            f"Nothing can be learnt: the outcome {value} all {int(among.sum())} training rows (1 stands for "
            "positive_value). Check [data] outcome, positive_value and split."
        )
    return rows


def _load(table: Table, spec: AuditSpec, *, folder: Path, trust_pickle: bool) -> Model:
    loaded = load_model(
        folder / str(spec.model.load), positive_value=spec.data.positive_value, trust_pickle=trust_pickle
    )
    features = loaded.features or table.features
    available = [str(column) for column in table.frame.columns]
    missing = [name for name in features if name not in available]
    if missing:
        nearest = nearest_name(missing[0], available)
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        raise ModelError(
            f"{loaded.fingerprint.source} needs {len(missing)} columns that the table does not have: "
            f"{', '.join(map(repr, missing[:5]))}.{hint} Available: {', '.join(map(repr, available[:20]))}."
        )
    return Model(
        kind="loaded",
        source=loaded.fingerprint.source,
        parameters=loaded.parameters,
        scale=loaded.scale,
        score=partial(_loaded_scores, loaded.score, features),
        features=features,
        estimator=loaded.estimator,
        fingerprint=loaded.fingerprint,
    )


def _as_it_is(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def _prepared_scores(
    fitted: Any, prepare: Callable[[pd.DataFrame], Any], features: tuple[str, ...], frame: pd.DataFrame
) -> FloatArray:
    return scores_of(fitted, prepare(frame[list(features)]))


def _loaded_scores(
    score: Callable[[pd.DataFrame], FloatArray], features: tuple[str, ...], frame: pd.DataFrame
) -> FloatArray:
    try:
        return np.asarray(score(frame[list(features)]), dtype=np.float64)
    except (TypeError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"The loaded model cannot score the table: {str(error).rstrip('. ')}. It expects the columns and kinds it was trained on."
        ) from error
