"""Legal and technical forms of a result: filled with what it measured, open where a person must write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from biasaudit.errors import ResultError
from biasaudit.report.edition import edition_of
from biasaudit.report.forms.annex_iv import annex_iv_of
from biasaudit.report.forms.four_fifths import four_fifths_of
from biasaudit.report.forms.ll144 import ll144_of
from biasaudit.report.forms.model_card import model_card_of
from biasaudit.report.forms.sheet import Form
from biasaudit.report.forms.writing import form_html, form_markdown
from biasaudit.results import AuditResult

#: Roles that an attribute can be given from outside.
ROLES = frozenset({"sex", "race"})
#: What fills each form, by the name that a user gives it.
_FILLS: dict[str, Form] = {
    "ll144": ll144_of,
    "four-fifths": four_fifths_of,
    "annex-iv": annex_iv_of,
    "model-card": model_card_of,
}


def form_of(result: AuditResult, form: str, code: str, markup: Literal["html", "md"], roles: Mapping[str, str]) -> str:
    """Fill a form and write it.

    Parameters
    ----------
    result : AuditResult
        The result.
    form : str
        Name of the form.
    code : str
        Language.
    markup : str
        ``html`` or ``md``.
    roles : mapping
        Attributes that play a role (``sex``, ``race``), where the audit does not declare them.
    """
    if form not in _FILLS:
        raise ResultError(f"{form!r} is no form. There are: {', '.join(_FILLS)}.")
    if unknown := sorted({*roles} - ROLES):
        raise ResultError(f"{unknown[0]!r} is no role. There are: {', '.join(sorted(ROLES))}.")
    edition = edition_of(result, code)
    sheet = _FILLS[form](edition, roles)
    return form_html(edition, sheet) if markup == "html" else form_markdown(edition, sheet)
