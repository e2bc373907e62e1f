"""The card of a named dataset: what ``datasets/<name>/dataset.toml`` says about it.

A dataset has *sources*, the raw files it rests on, and *tables*, what an audit reads. A source is
found on this machine or fetched; a table is a source read as it stands, or is made by the function
``make(table, sources)`` of the ``make.py`` beside the card.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from biasaudit.data.bundled import bundled_folder
from biasaudit.errors import DataError
from biasaudit.spec.nearest import nearest_name

CARD = "dataset.toml"


class Card(BaseModel):
    """A part of a dataset's card: frozen, with no key that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceCard(Card):
    """``[sources.<name>]``: a raw file, and every way to come by it.

    The ways are tried in this order: ``local`` under the folder that the environment variable
    BIASAUDIT_DATA names, ``file``, ``package``, and what ``biasaudit data fetch`` brought from ``url``.
    """

    local: str | None = Field(None, description="Path under the folder that BIASAUDIT_DATA names.")
    file: str | None = Field(None, description="File beside the card.")
    package: str | None = Field(None, description="Distribution that ships the file.")
    package_file: str | None = Field(None, description="Path of the file inside that distribution.")
    url: str | None = Field(None, description="Where the file is fetched from.")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="Digest that a local or fetched file must have."
    )
    how: str | None = Field(None, description="How to come by a local file that cannot be fetched, in words.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.local or self.file or self.package or self.url):
            raise ValueError("a source needs one of local, file, package or url")
        if (self.package is None) != (self.package_file is None):
            raise ValueError("package and package_file go together")
        if self.url is not None and self.sha256 is None:
            raise ValueError("a url needs the sha256 of what it gives")
        return self


class TableCard(Card):
    """``[tables.<name>]``: what an audit reads."""

    description: str = Field("", description="What one row is.")
    source: str | None = Field(None, description="The source that is this table, a csv.")
    make: Literal["make.py"] | None = Field(None, description="Set where make.py makes this table.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.source is None) == (self.make is None):
            raise ValueError("a table is either a source or made by make.py")
        return self


class DatasetCard(Card):
    """A named dataset and what one must know before using it."""

    name: str = Field(description="Name of its folder.")
    folder: Path = Field(description="Where the card lies.", repr=False)
    title: str
    nature: Literal["real", "simulated"]
    licence: str
    citation: str
    description: str
    warnings: tuple[str, ...] = ()
    sources: dict[str, SourceCard] = Field(default_factory=dict)
    tables: dict[str, TableCard] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_sources(self) -> Self:
        for name, table in self.tables.items():
            if table.source is not None and table.source not in self.sources:
                raise ValueError(f"table {name!r} reads the source {table.source!r}, which is not declared")
        return self


def list_datasets() -> tuple[DatasetCard, ...]:
    """Give the cards of all named datasets, in alphabetical order.

    Examples
    --------
    >>> [card.name for card in list_datasets()]
    ['berkeley', 'boston_mortgages', 'compas', 'recidivism_crowd_balanced', 'st_georges', 'two_cents']
    """
    return tuple(_read(path) for _, path in sorted(_folders().items()))


def is_dataset(name: str) -> bool:
    """Tell whether ``name`` or ``name/table`` begins with the name of a dataset.

    Examples
    --------
    >>> is_dataset("st_georges/applicants"), is_dataset("loans.csv")
    (True, False)
    """
    return name.partition("/")[0] in _folders()


def find_dataset(name: str) -> DatasetCard:
    """Give the card of one dataset.

    Parameters
    ----------
    name : str
        Its name, or ``name/table``.

    Returns
    -------
    DatasetCard
        The card.

    Raises
    ------
    DataError
        When there is no such dataset; the message lists those there are.

    Examples
    --------
    >>> find_dataset("st_georges").nature
    'simulated'
    """
    wanted = name.partition("/")[0]
    folders = _folders()
    if wanted not in folders:
        raise DataError(_unknown(f"There is no dataset named {wanted!r}.", wanted, sorted(folders)))
    return _read(folders[wanted])


def find_table(name: str) -> tuple[DatasetCard, str]:
    """Split ``name`` or ``name/table`` into a card and the name of one of its tables.

    A dataset with a single table needs no table's name.

    Raises
    ------
    DataError
        When there is no such dataset or table, or when several tables leave a choice.

    Examples
    --------
    >>> find_table("berkeley")[1]
    'admissions'
    """
    card = find_dataset(name)
    _, _, table = name.partition("/")
    if not table and len(card.tables) == 1:
        return card, next(iter(card.tables))
    if not table:
        listed = ", ".join(f"{card.name}/{each}" for each in card.tables)
        raise DataError(f"The dataset {card.name!r} has several tables: name one of {listed}.")
    if table not in card.tables:
        raise DataError(_unknown(f"The dataset {card.name!r} has no table {table!r}.", table, list(card.tables)))
    return card, table


def _folders() -> dict[str, Path]:
    return {path.parent.name: path for path in bundled_folder("datasets").glob(f"*/{CARD}")}


def _read(path: Path) -> DatasetCard:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return DatasetCard.model_validate({**raw, "name": path.parent.name, "folder": path.parent})
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise DataError(f"The card of the dataset {path.parent.name!r} is wrong: {error}") from None


def _unknown(problem: str, wanted: str, available: list[str]) -> str:
    nearest = nearest_name(wanted, available)
    hint = f" Did you mean {nearest!r}?" if nearest else ""
    return f"{problem}{hint} Available: {', '.join(available)}."
