"""A provenance from whatever file holds one, and into whatever form is asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from biasaudit.data.provenance.croissant import from_croissant, to_croissant
from biasaudit.data.provenance.prov_json import from_prov, to_prov
from biasaudit.data.provenance.toml_text import to_toml
from biasaudit.errors import DataError
from biasaudit.spec import ProvenanceSpec, read_provenance

Form = Literal["toml", "croissant", "prov"]
#: Forms in which a provenance is written.
FORMATS: tuple[Form, ...] = ("toml", "croissant", "prov")


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A provenance as read.

    Attributes
    ----------
    spec : ProvenanceSpec
        The record.
    form : str
        What the file was: ``toml``, ``croissant`` or ``prov``.
    apart : tuple of str
        What stood in the file and has no place in a provenance.
    """

    spec: ProvenanceSpec
    form: Form
    apart: tuple[str, ...] = ()


def read_any_provenance(path: str | Path) -> Read:
    """Read a ``provenance.toml``, a Croissant file or PROV-JSON, told apart by what they hold.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Read
        The record, and what had no place in it.

    Raises
    ------
    DataError
        Where the file cannot be read or is none of the three.
    DeclarationError
        Where what it says does not fit the grammar.
    """
    path = Path(path)
    if path.suffix.lower() == ".toml":
        return Read(spec=read_provenance(path).spec, form="toml")
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not UTF-8 text.") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is neither TOML (by its ending) nor JSON ({error}).") from None
    is_prov = (
        isinstance(document, dict) and "@context" not in document and {"agent", "entity", "activity"} & set(document)
    )
    spec, apart = (from_prov if is_prov else from_croissant)(document, str(path))
    return Read(spec=spec, form="prov" if is_prov else "croissant", apart=apart)


def write_provenance(spec: ProvenanceSpec, form: Form) -> tuple[str, tuple[str, ...]]:
    """Write a provenance in one of :data:`FORMATS`.

    Parameters
    ----------
    spec : ProvenanceSpec
        The record.
    form : str
        ``toml``, ``croissant`` or ``prov``.

    Returns
    -------
    text : str
        The text, ending in a line feed; the same record always gives the same bytes.
    apart : tuple of str
        Keys that the form has no word for, which stand in words of our own in it.
    """
    if form == "toml":
        return to_toml(spec), ()
    document, apart = to_croissant(spec) if form == "croissant" else (to_prov(spec), ())
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n", apart
