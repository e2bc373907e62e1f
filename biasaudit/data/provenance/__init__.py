"""Provenance of labels read from and written to files of other people: TOML of our own, Croissant, PROV-JSON."""

from biasaudit.data.provenance.croissant import from_croissant, to_croissant
from biasaudit.data.provenance.files import FORMATS, Read, read_any_provenance, write_provenance
from biasaudit.data.provenance.prov_json import from_prov, to_prov
from biasaudit.data.provenance.toml_text import plain_of, to_toml

__all__ = [
    "FORMATS",
    "Read",
    "from_croissant",
    "from_prov",
    "plain_of",
    "read_any_provenance",
    "to_croissant",
    "to_prov",
    "to_toml",
    "write_provenance",
]
