"""A pytest plugin: ``pytest --biasaudit audits/loans`` turns each gate of an audit into a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--biasaudit``."""
    parser.getgroup("biasaudit").addoption(
        "--biasaudit",
        action="append",
        default=[],
        metavar="AUDIT",
        help="Run an audit (a bundled name, folder or audit.toml) and test each of its gates.",
    )


def pytest_collection(session: pytest.Session) -> None:
    """Remember which audits were asked for, so that they are collected with the tests."""
    session.config.stash[_ASKED] = list(session.config.getoption("--biasaudit"))


def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Append one test a gate, and one that the audit ran to its end."""
    for audit in session.config.stash[_ASKED]:
        items.extend(_Audit.from_parent(session, name=audit, path=Path(audit)).collect())


_ASKED: pytest.StashKey[list[str]] = pytest.StashKey()


class _Audit(pytest.Collector):
    """An audit that is run when its gates are collected."""

    def collect(self) -> Iterator[pytest.Item]:
        from biasaudit.engine import run

        result = run(self.name)
        yield _Ended.from_parent(self, name=f"{self.name}::ran to its end", result=result)
        for number, gate in enumerate(result.gates, start=1):
            yield _Gate.from_parent(self, name=f"{self.name}::gate {number}", gate=gate)


class _Ended(pytest.Item):
    def __init__(self, *, result: Any, **others: Any) -> None:
        super().__init__(**others)
        self.result = result

    def runtest(self) -> None:
        failed = [f"{step.name}: {step.reason}" for step in self.result.steps if step.outcome == "failed"]
        if failed:
            pytest.fail("; ".join(failed), pytrace=False)


class _Gate(pytest.Item):
    def __init__(self, *, gate: Any, **others: Any) -> None:
        super().__init__(**others)
        self.gate = gate

    def runtest(self) -> None:
        told = f"{self.gate.outcome}: {self.gate.group} {self.gate.estimate.value} ({self.gate.reason or 'see the report'})"
        if self.gate.fails:
            pytest.fail(told, pytrace=False)
        if self.gate.outcome == "cannot_tell":
            pytest.skip(told)
