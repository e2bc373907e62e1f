"""Files of items for a labelling tool: names of items, and nothing that could steer a new label."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from biasaudit.cli.writing import write_text
from biasaudit.data.relabelled import FORMULA_STARTS, ITEM, LABEL

#: Names of the two files, beside ``result.json``.
CSV_FILE, LABEL_STUDIO_FILE = "relabel.csv", "relabel.label-studio.json"


def write_relabel_files(items: tuple[str, ...], folder: Path) -> list[Path]:
    """Write which items to label again, as CSV and as tasks that Label Studio imports.

    Neither holds a protected attribute, the label as it is, or why an item is there, and the order
    is drawn: whoever labels sees items alone.

    Parameters
    ----------
    items : tuple of str
        Names of the items, as in the user's own table.
    folder : Path
        Made where it does not exist.

    Returns
    -------
    list of Path
        Files written; none where there are no items.
    """
    if not items:
        return []
    return [
        write_text(folder / CSV_FILE, relabel_csv(items)),
        write_text(folder / LABEL_STUDIO_FILE, relabel_tasks(items)),
    ]


def relabel_csv(items: tuple[str, ...]) -> str:
    r"""Write items as CSV with a column of labels to fill in, so that no spreadsheet reads a formula.

    Examples
    --------
    >>> relabel_csv(("p7", "=1+1"))
    '"item","label"\n"p7",""\n"\'=1+1",""\n'
    """
    text = io.StringIO()
    # Quotes keep a spreadsheet that separates by semicolons from cutting a name, and reading a formula in its rest.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([ITEM, LABEL])
    writer.writerows([f"'{item}" if item.startswith(FORMULA_STARTS) else item, ""] for item in items)
    return text.getvalue()


def relabel_tasks(items: tuple[str, ...]) -> str:
    """Write items as tasks that Label Studio imports.

    Examples
    --------
    >>> json.loads(relabel_tasks(("p7",)))
    [{'data': {'item': 'p7'}}]
    """
    return json.dumps([{"data": {ITEM: item}} for item in items], ensure_ascii=False, indent=1) + "\n"
