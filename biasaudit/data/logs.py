"""From the files that ``[annotations]`` names to one long table of labels, annotators under pseudonyms."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from biasaudit.data.datasets import is_dataset
from biasaudit.data.importers import ImportedLog, long_table
from biasaudit.data.importers.imported import listed
from biasaudit.data.importers.personal import without_personal
from biasaudit.data.pseudonyms import annotator_key, pseudonyms
from biasaudit.data.reading import could_exist, digest_file, read_any_frame, read_table, shown_name
from biasaudit.errors import DataError
from biasaudit.results import Fingerprint
from biasaudit.spec import AnnotationsSpec

Importer = Callable[[Sequence[Path]], ImportedLog]
#: The layout that needs no platform's importer.
LONG = "long"
#: Characters that make a path a pattern for several files.
WILD = "*?["


@dataclass(frozen=True, kw_only=True)
class LongLog:
    """A log as one row a label, and how its columns are to be read.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a label; annotators are pseudonyms.
    spec : AnnotationsSpec
        The declaration, its ``item``, ``annotator`` and ``label`` naming columns of ``frame``.
    fingerprint : Fingerprint
        Digest of what was read.
    column_hint : str
        What to add to a message about a column that is missing.
    item_hint : str
        What to add to a message about items that are not in the table.
    """

    frame: pd.DataFrame
    spec: AnnotationsSpec
    fingerprint: Fingerprint
    column_hint: str = ""
    item_hint: str = ""


def import_log(spec: AnnotationsSpec, importer: Importer, *, folder: Path) -> LongLog:
    """Read the files that ``[annotations] path`` names.

    Parameters
    ----------
    spec : AnnotationsSpec
        The declaration.
    importer : callable
        Reads files of the declared format.
    folder : Path
        Folder that relative paths start from.

    Returns
    -------
    LongLog
        Without fields that speak of a person.

    Raises
    ------
    DataError
        Where files are missing or of another format, or the answer cannot be told.
    """
    asked = (spec.path,) if isinstance(spec.path, str) else spec.path or ()
    if spec.format == LONG and len(asked) == 1 and not _is_several(asked[0], folder):
        frame, fingerprint = read_table(asked[0], folder=folder, role="annotations")
        return long_log(frame, spec, fingerprint=fingerprint, folder=folder)
    files, shown = find_files(asked, folder)
    imported = importer(files)
    shown = f"{len(files)} files" if imported.files_are_annotators else shown
    fingerprint = _fingerprint(files, shown, len(imported.frame))
    if imported.items and "annotator" in spec.model_fields_set:
        _check_annotator(spec.annotator, imported)
    return _as_declared(imported, spec, fingerprint=fingerprint, folder=folder)


def frame_log(data: object, spec: AnnotationsSpec, *, folder: Path) -> LongLog:
    """Take a log that was given as a frame, in long layout whatever the declaration says.

    Raises
    ------
    DataError
        Where it is no frame.
    """
    frame, fingerprint = read_any_frame(data, role="annotations")
    return long_log(frame, spec, fingerprint=fingerprint, folder=folder)


def long_log(frame: pd.DataFrame, spec: AnnotationsSpec, *, fingerprint: Fingerprint, folder: Path) -> LongLog:
    """Take a frame of one row a label whose columns bear the declared names."""
    return _as_declared(
        ImportedLog(frame=frame, source=fingerprint.source), spec, fingerprint=fingerprint, folder=folder
    )


def _as_declared(imported: ImportedLog, spec: AnnotationsSpec, *, fingerprint: Fingerprint, folder: Path) -> LongLog:
    chosen = {key: getattr(spec, key) if key in spec.model_fields_set else None for key in ("item", "label")}
    keep = {name for name in chosen.values() if name is not None}
    if not imported.items:
        keep |= {spec.item, spec.annotator, spec.label}
    clean = left_behind(imported, keep)
    frame = long_table(clean, item=chosen["item"], label=chosen["label"])
    if imported.items:
        spec = spec.model_copy(update={"item": "item", "annotator": "annotator", "label": "label"})
    if spec.annotator in frame.columns:
        frame = frame.assign(**{spec.annotator: pseudonyms(frame[spec.annotator], annotator_key(spec.key, folder))})
    return LongLog(
        frame=frame,
        spec=spec,
        fingerprint=fingerprint,
        column_hint=_column_hint(clean),
        item_hint=f"Items may be named by {listed(clean.items)}." if len(clean.items) > 1 else "",
    )


def left_behind(imported: ImportedLog, keep: set[str]) -> ImportedLog:
    """Leave behind the fields of an export that speak of a person.

    Parameters
    ----------
    imported : ImportedLog
        The export.
    keep : set of str
        Fields that are declared as item, label or annotator and stay.

    Returns
    -------
    ImportedLog
        Without those fields, among items and answers too; ``personal`` names them.
    """
    frame, left = without_personal(imported.frame, {*keep, "annotator"})
    return dataclasses.replace(
        imported,
        frame=frame,
        items=tuple(name for name in imported.items if name not in left),
        labels=tuple(name for name in imported.labels if name not in left),
        personal=(*imported.personal, *left),
    )


def find_files(asked: Sequence[str], folder: Path) -> tuple[tuple[Path, ...], str]:
    """Find the files of a log: each by name, by pattern, or as all files of a folder.

    Parameters
    ----------
    asked : sequence of str
        What ``[annotations] path`` says.
    folder : Path
        Folder that relative paths start from.

    Returns
    -------
    files : tuple of Path
        In the order asked; those of a pattern or folder by name.
    shown : str
        Their names, none of a folder of this machine.

    Raises
    ------
    DataError
        Where there is none, or the same one twice.
    """
    files: list[Path] = []
    for path in asked:
        place = (folder / path).expanduser()
        if not could_exist(place):
            raise DataError(f"annotations {path[:60] + '…'!r}: no file can have so long a name.")
        if place.is_file():
            files.append(place)
        elif place.is_dir():
            files += _visible(place.rglob("*"), place)
        elif any(sign in path for sign in WILD):
            place = place.absolute()
            pattern = place.relative_to(place.anchor).as_posix()
            files += sorted(found for found in Path(place.anchor).glob(pattern) if found.is_file())
        else:
            named = " It is a named dataset, which is in long layout." if is_dataset(path) else ""
            raise DataError(f"annotations {path!r}: there is no such file or folder (looked in {place.parent}).{named}")
        if not files:
            raise DataError(f"annotations {path!r}: there is no file there.")
    repeated = [path.name for number, path in enumerate(files) if path in files[:number]]
    if repeated:
        raise DataError(f"annotations: {repeated[0]!r} is named twice, and its labels would count twice.")
    return tuple(files), ", ".join(map(shown_name, asked))


def _is_several(path: str, folder: Path) -> bool:
    """Whether a path is a pattern, or a file that the plain road for tables does not read."""
    place = (folder / path).expanduser()
    if "://" in path or not could_exist(place):
        return False
    is_json = place.suffix.lower() in {".json", ".jsonl", ".ndjson"}
    return (place.is_file() and is_json) or (not place.exists() and any(sign in path for sign in WILD))


def _visible(found: Iterable[Path], folder: Path) -> list[Path]:
    """Give the files among what was found, by name, without hidden ones."""
    return sorted(
        path
        for path in found
        if path.is_file() and not any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
    )


def _fingerprint(files: Sequence[Path], shown: str, rows: int) -> Fingerprint:
    """Take the digest of a file, or of the digests of several in their order."""
    if len(files) == 1:
        sha256 = digest_file(files[0])
    else:
        # Names stay out of it: a file may be named after its annotator.
        digests = "".join(f"{digest_file(file)}\n" for file in files)
        sha256 = hashlib.sha256(digests.encode()).hexdigest()
    return Fingerprint(role="annotations", source=shown, sha256=sha256, rows=rows)


def _check_annotator(declared: str, imported: ImportedLog) -> None:
    """Refuse another annotator than the one that the format has."""
    if declared not in {"annotator", imported.annotator_field}:
        raise DataError(
            f"{imported.source}: annotations.annotator is {declared!r}, while this format names annotators in "
            f"{imported.annotator_field!r}. Leave annotations.annotator out."
        )


def _column_hint(imported: ImportedLog) -> str:
    """Say what a reader may have looked for: what was left behind, and what the format does not tell."""
    parts = []
    if imported.personal:
        parts.append(f"Left behind because they speak of a person: {listed(imported.personal)}.")
    if imported.cannot:
        parts.append(f"This format cannot tell: {' '.join(imported.cannot)}")
    return " ".join(parts)
