"""biasaudit: measure how differently a selection model treats groups, and where the gap was made.

The public names are those of ``__all__``; they load when first used, so that importing the package
starts nothing and loads neither pandas nor scikit-learn nor shap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from biasaudit.engine import run
    from biasaudit.errors import (
        BiasAuditError,
        DataError,
        DeclarationError,
        MissingExtraError,
        ModelError,
        NotApplicableError,
        PluginError,
        ResultError,
    )
    from biasaudit.report import (
        render_comparison_html,
        render_comparison_markdown,
        render_html,
        render_index,
        render_junit,
        render_markdown,
    )
    from biasaudit.results import (
        AuditResult,
        Changes,
        Estimate,
        Finding,
        Sentence,
        amend,
        compare_results,
        english,
        estimated,
        frame,
        load_result,
        sentence,
        to_json,
        undefined,
    )
    from biasaudit.results.sentences import count, in_100, name, number, p_value, term
    from biasaudit.spec import AuditSpec, Declaration, declare, read_declaration

_HOMES = {
    "biasaudit.engine": ("run",),
    "biasaudit.errors": (
        "BiasAuditError",
        "DataError",
        "DeclarationError",
        "MissingExtraError",
        "ModelError",
        "NotApplicableError",
        "PluginError",
        "ResultError",
    ),
    "biasaudit.report": (
        "render_comparison_html",
        "render_comparison_markdown",
        "render_html",
        "render_index",
        "render_junit",
        "render_markdown",
    ),
    "biasaudit.results": (
        "AuditResult",
        "Changes",
        "Estimate",
        "Finding",
        "Sentence",
        "amend",
        "compare_results",
        "english",
        "estimated",
        "frame",
        "load_result",
        "sentence",
        "to_json",
        "undefined",
    ),
    "biasaudit.results.sentences": ("count", "in_100", "name", "number", "p_value", "term"),
    "biasaudit.spec": ("AuditSpec", "Declaration", "declare", "read_declaration"),
}
_HOME_OF = {public: home for home, names in _HOMES.items() for public in names}

__all__ = [
    "AuditResult",
    "AuditSpec",
    "BiasAuditError",
    "Changes",
    "DataError",
    "Declaration",
    "DeclarationError",
    "Estimate",
    "Finding",
    "MissingExtraError",
    "ModelError",
    "NotApplicableError",
    "PluginError",
    "ResultError",
    "Sentence",
    "amend",
    "compare_results",
    "count",
    "declare",
    "english",
    "estimated",
    "frame",
    "in_100",
    "load_result",
    "name",
    "number",
    "p_value",
    "read_declaration",
    "render_comparison_html",
    "render_comparison_markdown",
    "render_html",
    "render_index",
    "render_junit",
    "render_markdown",
    "run",
    "sentence",
    "term",
    "to_json",
    "undefined",
]


def __getattr__(public: str) -> Any:
    if public in _HOME_OF:
        return getattr(import_module(_HOME_OF[public]), public)
    raise AttributeError(f"module 'biasaudit' has no attribute {public!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
