"""Named datasets: finding, fetching and reading the tables that audits name."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pandas as pd
import platformdirs
import pooch

from biasaudit.data.dataset_cards import (
    DatasetCard,
    SourceCard,
    TableCard,
    find_dataset,
    find_table,
    is_dataset,
    list_datasets,
)
from biasaudit.errors import DataError, MissingExtraError, PluginError
from biasaudit.results import Fingerprint

__all__ = [
    "DATA_VARIABLE",
    "DatasetCard",
    "SourceCard",
    "TableCard",
    "fetch_dataset",
    "find_dataset",
    "find_source",
    "find_table",
    "is_dataset",
    "list_datasets",
    "load_table",
]

#: Environment variable that names a folder of raw files kept on this machine.
DATA_VARIABLE = "BIASAUDIT_DATA"
#: The extra of biasaudit that brings the packages which datasets are read from.
CASES_EXTRA = "cases"

Maker = Callable[[str, Mapping[str, Path]], pd.DataFrame]


def load_table(name: str, *, role: str = "items") -> tuple[pd.DataFrame, Fingerprint]:
    """Read one table of a named dataset.

    Parameters
    ----------
    name : str
        ``"dataset/table"``, or ``"dataset"`` where it has a single table.
    role : {"items", "annotations"}
        What the table serves as, for the fingerprint.

    Returns
    -------
    frame : pandas.DataFrame
        The table. In a table read from a csv only an empty cell is missing: "NA" is a text.
    fingerprint : Fingerprint
        ``source`` is ``"dataset st_georges/applicants"``; ``sha256`` is of the csv's bytes, or of the
        canonical csv of a frame that ``make.py`` made (comma, LF, no index, shortest decimals).

    Raises
    ------
    DataError
        When there is no such table, or a raw file it rests on is not on this machine or is damaged.
    MissingExtraError
        When the package that ships a raw file is not installed.

    Examples
    --------
    >>> frame, fingerprint = load_table("berkeley/admissions")
    >>> int(frame["people"].sum()), fingerprint.source
    (4526, 'dataset berkeley/admissions')
    """
    card, table = find_table(name)
    entry = card.tables[table]
    if entry.source is not None:
        path = find_source(card, entry.source)
        frame, content = _read_csv(path), path.read_bytes()
    else:
        frame = _maker(card)(table, {each: find_source(card, each) for each in card.sources})
        content = frame.to_csv(index=False, lineterminator="\n").encode()
    fingerprint = Fingerprint(
        role=role,
        source=f"dataset {card.name}/{table}",
        sha256=hashlib.sha256(content).hexdigest(),
        rows=len(frame),
    )
    return frame, fingerprint


def find_source(card: DatasetCard, source: str) -> Path:
    """Find one raw file of a dataset on this machine.

    Tried in order: under the folder that BIASAUDIT_DATA names, beside the card, in an installed
    package, in the cache that :func:`fetch_dataset` fills.

    Parameters
    ----------
    card : DatasetCard
        The dataset.
    source : str
        Name of the source on that card.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    DataError
        When it is nowhere, or is not the file that the card describes.
    MissingExtraError
        When it lies in a package that is not installed, and can come from nowhere else.
    """
    entry = card.sources[source]
    held = _in_data_folder(entry)
    if held is not None:
        _check(held, entry, f"the file {entry.local} under {DATA_VARIABLE}", card)
        return held
    if entry.file is not None:
        return card.folder / entry.file
    if entry.package is not None and (shipped := _in_package(entry)) is not None:
        return shipped
    cached = _cached(card, source)
    if entry.url is not None and cached.is_file():
        _check(cached, entry, "the file fetched earlier", card)
        return cached
    if entry.package is not None and entry.url is None:
        raise MissingExtraError(package=entry.package, extra=CASES_EXTRA, purpose=f"read the dataset {card.name}")
    raise DataError(_absent(card, entry))


def fetch_dataset(name: str) -> list[Path]:
    """Bring the raw files of a dataset that can be fetched to this machine's cache.

    Files that are there already and undamaged are not fetched again.

    Parameters
    ----------
    name : str
        The dataset.

    Returns
    -------
    list of Path
        The fetched files; empty where nothing needs fetching.

    Raises
    ------
    DataError
        When a file cannot be fetched, or is not the one that the card describes.
    """
    card = find_dataset(name)
    fetched = []
    for source, entry in card.sources.items():
        if entry.url is None:
            continue
        target = _cached(card, source)
        try:
            pooch.retrieve(
                entry.url, known_hash=f"sha256:{entry.sha256}", fname=target.name, path=target.parent, progressbar=False
            )
        except ValueError as error:
            raise DataError(
                f"{card.name}: what {entry.url} gives is not the file that the card describes, and was not kept: {error}"
            ) from None
        except OSError as error:  # requests' errors are OSErrors
            raise DataError(
                f"{card.name}: {entry.url} cannot be fetched: {error}. Get the file another way, put it at "
                f"{entry.local or target.name} in a folder of yours, and set {DATA_VARIABLE} to that folder."
            ) from None
        fetched.append(target)
    return fetched


def _in_data_folder(entry: SourceCard) -> Path | None:
    folder = os.environ.get(DATA_VARIABLE)
    if not folder or entry.local is None:
        return None
    path = Path(folder) / entry.local
    return path if path.is_file() else None


def _in_package(entry: SourceCard) -> Path | None:
    try:
        distribution = importlib.metadata.distribution(str(entry.package))
    except importlib.metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(str(entry.package_file))))
    if not path.is_file():
        raise DataError(
            f"The installed {entry.package} {distribution.version} does not hold {entry.package_file}. "
            f"Install it again with: pip install --force-reinstall 'biasaudit[{CASES_EXTRA}]'"
        )
    return path


def _cached(card: DatasetCard, source: str) -> Path:
    entry = card.sources[source]
    last = (entry.url or source).rpartition("/")[2]
    return platformdirs.user_cache_path("biasaudit") / "datasets" / card.name / last


def _check(path: Path, entry: SourceCard, what: str, card: DatasetCard) -> None:
    if entry.sha256 is None:
        return
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry.sha256:
        raise DataError(
            f"{card.name}: {what} is not the one that the card describes (sha256 {found}, not {entry.sha256}). "
            "Remove it, or put the right one there."
        )


def _absent(card: DatasetCard, entry: SourceCard) -> str:
    ways = []
    if entry.url is not None:
        ways.append(f"run `biasaudit data fetch {card.name}`")
    if entry.local is not None:
        ways.append(f"set {DATA_VARIABLE} to a folder that holds {entry.local}")
    how = f" You can {entry.how.strip()}" if entry.how else ""
    return f"The data of {card.name} are not on this machine. To get them, {' or '.join(ways)}.{how}"


def _read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def _maker(card: DatasetCard) -> Maker:
    """Load the function ``make`` of the dataset's ``make.py``."""
    module = _module(card.folder / "make.py", f"biasaudit_dataset_{card.name}")
    make = getattr(module, "make", None)
    if not callable(make):
        raise PluginError(f"The make.py of the dataset {card.name!r} has no function make(table, sources).")
    maker: Maker = make
    return maker


def _module(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise PluginError(f"{path.name} of the dataset {path.parent.name!r} cannot be read.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module
