"""Where the audits and datasets that travel with biasaudit lie."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from biasaudit.errors import PluginError

PACKAGE = Path(__file__).resolve().parent.parent


def bundled_folder(kind: Literal["audits", "datasets"]) -> Path:
    """Find the folder of bundled audits or datasets.

    Parameters
    ----------
    kind : {"audits", "datasets"}
        Which of the two.

    Returns
    -------
    Path
        ``biasaudit/bundled/<kind>`` where a wheel was installed, else ``<kind>`` beside the
        package, as in a checkout.

    Raises
    ------
    PluginError
        When neither exists: the installation is incomplete.

    Examples
    --------
    >>> (bundled_folder("datasets") / "berkeley" / "dataset.toml").is_file()
    True
    """
    for folder in (PACKAGE / "bundled" / kind, PACKAGE.parent / kind):
        if folder.is_dir():
            return folder
    raise PluginError(f"The bundled {kind} are missing from this installation of biasaudit: install it again.")
