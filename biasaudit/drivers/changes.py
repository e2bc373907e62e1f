"""Which inputs of which people a flip changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.table import Table
from biasaudit.data.values import equals
from biasaudit.errors import DataError
from biasaudit.models import Model, is_numeric
from biasaudit.results import ANY_GROUP, NOT_RECORDED, AttributeFacts
from biasaudit.spec import AuditSpec, FlipSpec, nearest_name

#: Values listed in a message.
_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Change:
    """A flip, worked out on the judged rows.

    Attributes
    ----------
    attribute, from_, to : str
        What the flip speaks of; from_ may be :data:`ANY_GROUP`.
    settings : dict
        Columns and the values they take, as they stand in the table; of a text, the words and what they become.
    moved : array of bool, shape (n,)
        People whose inputs become other than they were.
    frame : pandas.DataFrame, shape (n, p)
        The features after the change.
    """

    attribute: str
    from_: str
    to: str
    settings: dict[str, object]
    moved: npt.NDArray[np.bool_]
    frame: pd.DataFrame


def changes(model: Model, table: Table, spec: AuditSpec, facts: tuple[AttributeFacts, ...]) -> tuple[Change, ...]:
    """Work out the declared flips, and those of protected attributes that are themselves inputs.

    Parameters
    ----------
    model : Model
        Its features may be changed.
    table : Table
        The judged rows.
    spec : AuditSpec
        Holds the declared flips.
    facts : tuple of AttributeFacts
        Attributes with groups and references.

    Returns
    -------
    tuple of Change
        Declared ones first, in their order; then each group to its reference, where not declared.

    Raises
    ------
    DataError
        Where a flip names a column, a group or a level that is not there, with the nearest one that is.
    """
    known = _known_values(model, table)
    declared = [_declared(model, table, flip, place, known) for place, flip in enumerate(spec.flip, start=1)]
    seen = {(change.attribute, change.from_, change.to) for change in declared}
    with_edges = {protected.column for protected in spec.protected if protected.edges is not None}
    for fact in facts:
        column = fact.columns[0]
        if len(fact.columns) > 1 or column not in model.features or column in with_edges:
            continue
        groups = table.attribute(fact.name)
        raw = table.frame[column][np.asarray(groups == fact.reference)].dropna().unique()
        if len(raw) != 1:
            continue
        for size in fact.groups:
            if size.group in (fact.reference, NOT_RECORDED) or (fact.name, size.group, fact.reference) in seen:
                continue
            scope = np.asarray(groups == size.group)
            declared.append(
                _change(model, table, fact.name, size.group, fact.reference, settings={column: raw[0]}, scope=scope)
            )
    return tuple(declared)


def _declared(model: Model, table: Table, flip: FlipSpec, place: int, known: dict[str, pd.Series]) -> Change:
    scope = np.ones(len(table), dtype=np.bool_)
    if flip.from_ is not None:
        groups = table.attribute(flip.attribute)
        if flip.from_ not in groups.categories:
            where = f"flip[{place}].from"
            raise DataError(_unknown(where, f"group of {flip.attribute}", flip.from_, list(groups.categories)))
        scope = np.asarray(groups == flip.from_)
    wanted: dict[str, object] = dict(flip.set)
    if not wanted and not flip.replace:
        wanted = {flip.attribute: flip.to}
    settings = {}
    for column, value in wanted.items():
        where = f"flip[{place}].set"
        if column not in model.features:
            raise DataError(_unknown(where, "input of the model", column, list(model.features)))
        settings[column] = as_in_table(known[column], value, f"{where}.{column}")
    change = _change(model, table, flip.attribute, flip.from_ or ANY_GROUP, flip.to, settings=settings, scope=scope)
    for column, words in flip.replace.items():
        where = f"flip[{place}].replace"
        if column not in model.features:
            raise DataError(_unknown(where, "input of the model", column, list(model.features)))
        if is_numeric(change.frame[column]):
            raise DataError(f"{where}.{column}: that input is a number, and holds no words.")
        change = _with_words(change, column, words, scope)
    return change


def _with_words(change: Change, column: str, words: dict[str, str], scope: npt.NDArray[np.bool_]) -> Change:
    """Replace whole words of a text, whatever their case, all at once: a swap of two is a swap."""
    texts = change.frame[column]
    known = scope & texts.notna().to_numpy(dtype=bool)
    # Longest first, or "her" would be found in "her own".
    wanted = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE)
    becomes = {word.casefold(): other for word, other in words.items()}

    def replaced(match: re.Match[str]) -> str:
        found = match[0]
        other = becomes[found.casefold()]
        if found.isupper() and len(found) > 1:
            return other.upper()
        return other[:1].upper() + other[1:] if found[:1].isupper() else other

    after = texts.astype(object).copy()
    after[known] = [pattern.sub(replaced, str(text)) for text in texts[known]]
    moved = known & (after.to_numpy(dtype=object) != texts.to_numpy(dtype=object))
    told = ", ".join(f"{word} → {other}" for word, other in words.items())
    return replace(
        change,
        settings={**change.settings, column: told},
        moved=change.moved | moved,
        frame=change.frame.assign(**{column: after}),
    )


def _change(
    model: Model,
    table: Table,
    attribute: str,
    from_: str,
    to: str,
    *,
    settings: dict[str, object],
    scope: npt.NDArray[np.bool_],
) -> Change:
    frame = table.frame[list(model.features)].copy()
    moved = np.zeros(len(frame), dtype=np.bool_)
    for column, value in settings.items():
        moved |= scope & (equals(frame[column], value) != 1)
        frame[column] = _with_value(frame[column], scope, value)
    return Change(attribute=attribute, from_=from_, to=to, settings=settings, moved=moved, frame=frame)


def _with_value(column: pd.Series, scope: npt.NDArray[np.bool_], value: object) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype) and value not in column.cat.categories:
        column = column.cat.add_categories([value])
    changed = column.copy()
    changed[scope] = value
    return changed


def _known_values(model: Model, table: Table) -> dict[str, pd.Series]:
    """Give the values that each input takes, in the judged rows and in the training rows."""
    frames = [table.frame] + ([model.trainer.frame] if model.trainer is not None else [])
    return {
        name: pd.concat([pd.Series(frame[name].dropna().unique()) for frame in frames], ignore_index=True)
        for name in model.features
    }


def as_in_table(known: pd.Series, value: object, where: str) -> object:
    """Find a declared value as the table writes it; a number may be new, a level may not."""
    if is_numeric(known):
        number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
        if not np.isfinite(number):
            raise DataError(f"{where} = {value!r}, and that input is a number.")
        return float(number)
    hits = np.flatnonzero(equals(known, value) == 1)
    if len(hits) == 0:
        raise DataError(_unknown(where, "value of that input", str(value), sorted(map(str, known.unique()))))
    found: object = known.iloc[hits[0]]
    return found


def _unknown(where: str, what: str, name: str, available: list[str]) -> str:
    nearest = nearest_name(name, available)
    hint = f" Did you mean {nearest!r}?" if nearest else ""
    listed = ", ".join(map(repr, available[:_SHOWN])) + (", …" if len(available) > _SHOWN else "")
    return f"{where}: {name!r} is no {what}.{hint} Available: {listed}."
