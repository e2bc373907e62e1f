"""Finds the messages that a catalogue must translate, by reading sources: for tests and translators."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Calls whose first text is a message.
CALLS = frozenset({"message", "sentence", "term", "not_applicable"})
#: Calls whose first two texts after the number are singular and plural.
PLURAL_CALLS = frozenset({"counted"})
#: Keywords of any call whose text is a message.
KEYWORDS = frozenset({"title"})
_TEMPLATE_CALL = re.compile(r"\b(_n?)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')


def messages_in(folder: Path) -> frozenset[str]:
    """Collect the messages of a room of the report kind: its Python files and its templates.

    Parameters
    ----------
    folder : Path
        Searched with all that is in it.

    Returns
    -------
    frozenset of str
        English texts, singulars and plurals alike.
    """
    found: set[str] = set()
    for path in sorted(folder.rglob("*.py")):
        found.update(of_python(path.read_text(encoding="utf-8")))
    for path in sorted(folder.rglob("*.html")):
        found.update(of_template(path.read_text(encoding="utf-8")))
    return frozenset(found)


def of_template(text: str) -> Iterator[str]:
    """Find the messages of a template.

    Examples
    --------
    >>> list(of_template('{{ _("A {b}", b=_("c")) }} {{ _n(2, "one", "two") }}'))
    ['A {b}', 'c', 'one', 'two']
    """
    for call in _TEMPLATE_CALL.finditer(text):
        texts = [found[1] or found[2] for found in _TEXT.finditer(call[2])]
        wanted = texts[: 2 if call[1] == "_n" else 1]
        yield from wanted
        inner = call[2].partition(",")[2]
        yield from (found for found in of_template(inner) if found not in wanted)


def of_python(source: str) -> Iterator[str]:
    """Find the messages of a Python source that stand in calls.

    Examples
    --------
    >>> list(of_python('x = message("A" if b else "C")'))
    ['A', 'C']
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def texts_of(source: str) -> frozenset[str]:
    """Collect every text of a Python source that could be read aloud: those with a space, docstrings aside.

    Examples
    --------
    >>> sorted(texts_of('x = "a b"; y = "c"'))
    ['a b']
    """
    tree = ast.parse(source)
    described = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)]
    docstrings = {ast.get_docstring(node, clean=False) for node in described}
    return frozenset(
        node.value.strip()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()
        if node.value not in docstrings
    )


def _of_call(node: ast.Call) -> Iterator[str]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in CALLS and node.args:
        yield from _texts(node.args[0])
    elif called in PLURAL_CALLS:
        for argument in node.args[1:3]:
            yield from _texts(argument)
    for keyword in node.keywords:
        if keyword.arg in KEYWORDS:
            yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    """Give the texts that an expression may stand for, where it says so itself."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def untranslated(found: Iterable[str], known: Iterable[str]) -> list[str]:
    """List the messages without a translation, in order."""
    return sorted(set(found) - set(known))
