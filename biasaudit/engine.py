"""Runs one audit from its declaration to its result, step by step.

Reading and modelling come first: a mistake there means that nothing was measured, and is raised.
Every later step ends as done, not applicable or failed, with its reason, and the rest of the
result is still written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biasaudit.errors import DataError
from biasaudit.plugins import (
    AuditSource,
    Case,
    find_audit,
    load_case,
)
from biasaudit.results import (
    AuditResult,
)
from biasaudit.running.baseline import accepted_result
from biasaudit.running.closing import closed, now
from biasaudit.running.counted import countable, measured_in_place
from biasaudit.running.following import looked_at_again, traced, with_remedies
from biasaudit.running.inputs import read_inputs
from biasaudit.running.loaded import measured_whole
from biasaudit.running.steps import Progress, Run, silent
from biasaudit.spec import (
    Declaration,
    declare,
    read_declaration,
)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A result, and what is kept apart from it.

    Attributes
    ----------
    result : AuditResult
        What was found.
    to_relabel : tuple of str
        Names of the items whose labels matter most, for a labelling tool; empty where none are named.
    """

    result: AuditResult
    to_relabel: tuple[str, ...]


def run(
    audit: str | Path | Mapping[str, Any] | Declaration,
    *,
    data: Any = None,
    annotations: Any = None,
    overrides: Sequence[str] = (),
    jobs: int = 1,
    trust_pickle: bool = False,
    progress: Progress = silent,
    relabelled: str | Path | None = None,
    baseline: AuditResult | str | Path | None = None,
) -> AuditResult:
    """Run an audit.

    Parameters
    ----------
    audit : str, Path, mapping or Declaration
        A bundled name, a folder, an ``audit.toml``, or its content as a mapping.
    data : DataFrame, optional
        Items as a frame of pandas, polars or pyarrow, instead of ``[data] path``; for decisions or
        scores made elsewhere also a polars LazyFrame, a DuckDB relation, a Spark or Ibis table, of
        which only counts are fetched.
    annotations : DataFrame, optional
        The annotation log as a frame, instead of ``[annotations] path``.
    overrides : sequence of str
        ``key=value`` texts that win over the file: ``"model.threshold=0.4"``.
    jobs : int
        Processes for refits; the result is the same for any number.
    trust_pickle : bool
        Open a pickled model, which can run any code when it is opened.
    progress : callable
        Opens a progress display.
    relabelled : str or Path, optional
        File of labels that were given anew (csv, parquet, or a Label Studio export): they take the
        place of the outcome of their items, and what that did to each gap is measured too.
    baseline : AuditResult, str or Path, optional
        An earlier result of the same audit (or its file or folder) that this one is held against:
        what moved since stands in ``changes``.

    Returns
    -------
    AuditResult
        What was found, and which steps failed or did not apply.

    Raises
    ------
    DeclarationError, DataError, ModelError, MissingExtraError
        Where nothing could be measured.
    ResultError
        Where the baseline cannot be read or is of something else.
    PluginError
        Where the audit's own ``case.py`` fails to load.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 100, "called": [0, 1, 1, 1] * 50})
    >>> result = run(
    ...     {
    ...         "schema": 1,
    ...         "audit": {"name": "calls", "title": "Who is called?"},
    ...         "data": {},
    ...         "protected": [{"column": "sex", "reference": "m"}],
    ...         "model": {"decision": "called"},
    ...     },
    ...     data=people,
    ... )
    >>> [round(one.estimate.value, 2) for one in result.disparities if one.statistic == "gap"]
    [-0.5]
    """
    return run_whole(
        audit,
        data=data,
        annotations=annotations,
        overrides=overrides,
        jobs=jobs,
        trust_pickle=trust_pickle,
        progress=progress,
        relabelled=relabelled,
        baseline=baseline,
    ).result


def run_whole(
    audit: str | Path | Mapping[str, Any] | Declaration,
    *,
    data: Any = None,
    annotations: Any = None,
    overrides: Sequence[str] = (),
    jobs: int = 1,
    trust_pickle: bool = False,
    progress: Progress = silent,
    relabelled: str | Path | None = None,
    baseline: AuditResult | str | Path | None = None,
) -> Ran:
    """Run an audit, and keep the names of items to label again, which no result may hold; else as :func:`run`."""
    started = now()
    declaration, case = _declared(audit, overrides)
    going = Run(declaration=declaration, case=case, progress=progress)
    if relabelled is not None and declaration.spec.model.train is None:
        raise DataError(
            "new labels change what a model learns, and this audit trains none: [model] train is needed for --relabelled."
        )
    accepted = None if baseline is None else accepted_result(baseline, declaration.spec)
    if (source := countable(going, data)) is not None:
        counted = measured_in_place(going, source, started)
        return Ran(result=closed(going, counted, accepted), to_relabel=())
    inputs = read_inputs(going, data, annotations, trust_pickle=trust_pickle, relabelled=relabelled)
    result = measured_whole(going, inputs, started)
    if inputs.log is not None:
        result = traced(going, inputs, inputs.log, result, jobs=jobs)
    result = looked_at_again(going, inputs, result)
    result = with_remedies(going, inputs, result)
    return Ran(result=closed(going, result, accepted), to_relabel=going.to_relabel)


def _declared(audit: Any, overrides: Sequence[str]) -> tuple[Declaration, Case]:
    if isinstance(audit, Declaration):
        return audit, load_case(audit.folder)
    if isinstance(audit, Mapping):
        return declare(audit, overrides=overrides), Case()
    source: AuditSource = find_audit(str(audit))
    return read_declaration(source.file, overrides), load_case(source.file.resolve().parent)
