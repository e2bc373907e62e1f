"""Annotators without their names: a keyed digest on reading, then codes that depend on no key."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from biasaudit.data.values import as_text
from biasaudit.errors import DataError

#: Environment variable with the secret, where ``[annotations] key`` names no file.
KEY_VARIABLE = "BIASAUDIT_KEY"
#: A secret of fewer characters could be guessed by trying: 16 of base64 are 96 bits.
SHORTEST_KEY = 16
#: Bytes of a digest, which is what a pseudonym shows.
DIGEST_BYTES = 16
#: Keeps the columns of a row apart in its hash: the odd number of Knuth's multiplicative hashing, 2**64 over the
#: golden ratio.
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def annotator_key(file: str | None, folder: Path) -> bytes:
    """Get the secret that annotators are pseudonymised with.

    Parameters
    ----------
    file : str or None
        What ``[annotations] key`` says: a file with the secret. Without it the environment variable
        BIASAUDIT_KEY holds the secret itself, and without that one is drawn, used once and forgotten.
    folder : Path
        Folder that relative paths start from.

    Returns
    -------
    bytes
        32 bytes made from the secret.

    Raises
    ------
    DataError
        Where the file cannot be read, or the secret is too short to be one.

    Examples
    --------
    >>> len(annotator_key(None, Path()))
    32
    """
    if file is not None:
        try:
            secret, where = (folder / file).expanduser().read_bytes().strip(), f"the file {Path(file).name!r}"
        except (OSError, ValueError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or "no such file"
            raise DataError(f"annotations.key: the file {Path(file).name!r} cannot be read ({reason}).") from None
    elif KEY_VARIABLE in os.environ:
        secret, where = os.fsencode(os.environ[KEY_VARIABLE]).strip(), KEY_VARIABLE
    else:
        return secrets.token_bytes(32)
    if len(secret) < SHORTEST_KEY:
        raise DataError(
            f"annotations.key: the secret in {where} is too short: {SHORTEST_KEY} characters are needed. "
            "Make one with: openssl rand -base64 32"
        )
    return hashlib.sha256(secret).digest()


def pseudonyms(names: pd.Series, key: bytes) -> pd.Series:
    """Replace names by keyed digests: equal names have equal ones, and only the key leads from name to digest.

    Parameters
    ----------
    names : pandas.Series
        Names as they stood; 3, 3.0 and "3" are one name.
    key : bytes
        Of :func:`annotator_key`.

    Returns
    -------
    pandas.Series
        32 hex digits each (BLAKE2b, RFC 7693, of 16 bytes), None where there was no name.

    Examples
    --------
    >>> pseudonyms(pd.Series(["Ann", None]), b"k" * 32).str[:8].tolist()
    ['d089e8cd', None]
    """
    codes, uniques = pd.factorize(as_text(names))
    digests = [
        hashlib.blake2b(str(name).encode("utf-8", "surrogatepass"), key=key, digest_size=DIGEST_BYTES).hexdigest()
        for name in uniques
    ]
    return pd.Series(np.array([*digests, None], dtype=object)[codes], index=names.index, name=names.name, dtype=object)


def codes_by_work(annotators: pd.Series, work: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Give annotators numbers from 0 in an order that follows from their labels alone.

    Resamples of annotators draw codes, so that their order must be the same in each run; and it must
    tell nothing about names. It is that of a digest of each annotator's items and answers, whatever the
    order of rows; among those who gave the same answers, of all else that is read of their labels.
    Who is equal there too is interchangeable; a digest of the place of the first row tells them apart.

    Parameters
    ----------
    annotators : pandas.Series, shape (n,)
        Names or pseudonyms; they are compared and not looked at.
    work : pandas.DataFrame, shape (n, columns)
        What was read of each label, without the annotator; ``item`` and ``label`` among the columns.

    Returns
    -------
    array of int, shape (n,)
        Codes from 0.

    Examples
    --------
    >>> votes = pd.DataFrame({"item": ["1", "1", "2"], "label": [1.0, 0.0, 1.0]})
    >>> (codes_by_work(pd.Series(["a", "b", "a"]), votes) == codes_by_work(pd.Series(["y", "x", "y"]), votes)).all()
    np.True_
    """
    codes, uniques = pd.factorize(annotators)
    hashes = {str(name): pd.util.hash_pandas_object(work[name], index=False).to_numpy() for name in work.columns}
    digests = []
    for names in (("item", "label"), tuple(hashes)):
        rows: npt.NDArray[np.uint64] = np.zeros(len(codes), dtype=np.uint64)
        for name in names:
            rows = (rows * MULTIPLIER + hashes[name]).astype(np.uint64)
        done = np.zeros(len(uniques), dtype=np.uint64)
        np.add.at(done, codes, rows)  # a sum, modulo 2**64, does not depend on the order of rows
        digests.append(done)
    first = np.full(len(uniques), len(codes), dtype=np.uint64)
    np.minimum.at(first, codes, np.arange(len(codes), dtype=np.uint64))
    place = pd.util.hash_array(first)
    rank = np.empty(len(uniques), dtype=np.intp)
    rank[np.lexsort((place, digests[1], digests[0]))] = np.arange(len(uniques))
    return rank[codes]
