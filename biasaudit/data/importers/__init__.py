"""Exports of labelling platforms, each read by one plain function.

They are found through the entry-point group ``biasaudit.importers``, as anybody's are: a function
of the files' paths that gives an :class:`ImportedLog`.
"""

from biasaudit.data.importers.imported import ImportedLog, long_table

__all__ = ["ImportedLog", "long_table"]
