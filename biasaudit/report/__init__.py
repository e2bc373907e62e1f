"""A result as text that people read: HTML, Markdown, JUnit and legal forms, by pure functions.

Nothing here measures, draws at random or asks a clock: the same result gives the same bytes.
Jinja2, Babel, Altair and vl-convert are loaded by the first report, not by importing this room.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from biasaudit.results import AuditResult
    from biasaudit.results.letters import Explanation

__all__ = [
    "FORMS",
    "LANGUAGES",
    "render_comparison_html",
    "render_comparison_markdown",
    "render_form",
    "render_html",
    "render_index",
    "render_junit",
    "render_letter",
    "render_markdown",
]

#: Languages that a report is written in.
LANGUAGES = ("en", "fr")
#: Forms that a result can fill.
FORMS = ("ll144", "four-fifths", "annex-iv", "model-card")


def render_html(result: AuditResult, *, language: str | None = None) -> str:
    r"""Write a result as one self-contained HTML page.

    Parameters
    ----------
    result : AuditResult
        The result; complete, partial or failed.
    language : str, optional
        One of :data:`LANGUAGES`; the audit's own by default.

    Returns
    -------
    str
        A page that opens offline, asks for nothing from outside, and is complete without scripts.

    Raises
    ------
    biasaudit.errors.ResultError
        Where the language is not one of :data:`LANGUAGES`.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> page = render_html(AuditResult.model_validate(_EXAMPLE), language="fr")
    >>> page.startswith('<!DOCTYPE html>\n<html lang="fr"')
    True
    """
    from biasaudit.report.page import page_of

    return page_of(result, _chosen(result, language))


def render_markdown(result: AuditResult, *, language: str | None = None) -> str:
    """Write the verdicts, gates, rates and findings of a result as Markdown, for a pull request.

    Parameters
    ----------
    result : AuditResult
        The result.
    language : str, optional
        One of :data:`LANGUAGES`; the audit's own by default.

    Returns
    -------
    str
        Markdown with every word of a user escaped.

    Raises
    ------
    biasaudit.errors.ResultError
        Where the language is not one of :data:`LANGUAGES`.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> render_markdown(AuditResult.model_validate(_EXAMPLE)).splitlines()[0]
    '# Six departments, 1973'
    """
    from biasaudit.report.markdown import markdown_of

    return markdown_of(result, _chosen(result, language))


def render_form(
    result: AuditResult,
    form: str,
    *,
    language: str | None = None,
    markup: Literal["html", "md"] = "html",
    roles: Mapping[str, str] | None = None,
) -> str:
    """Fill a legal or technical form with what a result measured, and leave room for what a person must write.

    Parameters
    ----------
    result : AuditResult
        The result.
    form : str
        One of :data:`FORMS`: the tables of New York City Local Law 144, the four-fifths sheet of
        29 CFR 1607.4(D), a skeleton for Annex IV and Article 10 of Regulation (EU) 2024/1689, a model card.
    language : str, optional
        One of :data:`LANGUAGES`; the audit's own by default.
    markup : str
        ``html`` for a self-contained page, ``md`` for Markdown.
    roles : mapping, optional
        Attributes that are ``sex`` and ``race`` for ``ll144``, instead of those that the audit declares.

    Returns
    -------
    str
        The form, with the date and the digest of the result.

    Raises
    ------
    biasaudit.errors.ResultError
        Where there is no such form or language, the result does not hold what the form is about, or
        nobody has said which attribute is sex or race.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> render_form(AuditResult.model_validate(_EXAMPLE), "model-card", markup="md").splitlines()[0]
    '# Model card'
    """
    from biasaudit.report.forms import form_of

    return form_of(result, form, _chosen(result, language), markup, roles or {})


def render_junit(result: AuditResult) -> str:
    """Write the gates of a result as JUnit XML: one test case a gate.

    A gate that is not met is a failure. One that cannot be told is a failure where the gate says
    so, else skipped. A step of the run that failed is an error.

    Parameters
    ----------
    result : AuditResult
        The result.

    Returns
    -------
    str
        An XML document, in English, for machines.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> '<testsuite name="berkeley" tests="0"' in render_junit(AuditResult.model_validate(_EXAMPLE))
    True
    """
    from biasaudit.report.junit import junit_of

    return junit_of(result)


def render_comparison_html(before: AuditResult, after: AuditResult, *, language: str | None = None) -> str:
    r"""Write what moved between two results as one self-contained HTML page.

    Parameters
    ----------
    before, after : AuditResult
        The earlier and the later result.
    language : str, optional
        One of :data:`LANGUAGES`; that of the later result's audit by default.

    Returns
    -------
    str
        A page that opens offline, asks for nothing from outside, and is complete without scripts.

    Raises
    ------
    biasaudit.errors.ResultError
        Where the language is not one of :data:`LANGUAGES`, or the results have no attribute in common.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> result = AuditResult.model_validate(_EXAMPLE)
    >>> "<h1" in render_comparison_html(result, result)
    True
    """
    from biasaudit.report.comparison import comparison_page

    return comparison_page(before, after, _chosen(after, language))


def render_comparison_markdown(before: AuditResult, after: AuditResult, *, language: str | None = None) -> str:
    """Write what moved between two results as Markdown, for a pull request.

    Parameters
    ----------
    before, after : AuditResult
        The earlier and the later result.
    language : str, optional
        One of :data:`LANGUAGES`; that of the later result's audit by default.

    Returns
    -------
    str
        Markdown with every word of a user escaped.

    Raises
    ------
    biasaudit.errors.ResultError
        Where the language is not one of :data:`LANGUAGES`, or the results have no attribute in common.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> result = AuditResult.model_validate(_EXAMPLE)
    >>> render_comparison_markdown(result, result).splitlines()[0]
    '# What moved: Six departments, 1973'
    """
    from biasaudit.report.comparison import comparison_markdown

    return comparison_markdown(before, after, _chosen(after, language))


def render_letter(
    result: AuditResult, explanation: Explanation, *, language: str | None = None, form: str = "text"
) -> str:
    """Write what was measured of one decision as a letter to the person concerned.

    Parameters
    ----------
    result : AuditResult
        The result that the decision stands in.
    explanation : Explanation
        What :func:`biasaudit.explaining.explain` found.
    language : str, optional
        One of :data:`LANGUAGES`; the audit's own by default.
    form : {"text", "md", "html"}
        Plain text, Markdown, or one page of HTML that prints on A4.

    Returns
    -------
    str
        The letter, to be signed by a human. It holds the person's data.

    Raises
    ------
    biasaudit.errors.ResultError
        Where the language is not one of :data:`LANGUAGES`, or the form is none of the three.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> from biasaudit.results.letters import Explanation
    >>> result = AuditResult.model_validate(_EXAMPLE)
    >>> letter = render_letter(result, Explanation(item="17", selected=0, given="decisions"))
    >>> "You were not selected." in letter
    True
    """
    from biasaudit.errors import ResultError
    from biasaudit.report.letter_forms import markdown_of_letter, page_of_letter, text_of_letter

    forms = {"text": text_of_letter, "md": markdown_of_letter, "html": page_of_letter}
    if form not in forms:
        raise ResultError(f"No letter is written as {form!r}. Allowed: {', '.join(forms)}.")
    return forms[form](result, explanation, _chosen(result, language))


def render_index(results: Sequence[tuple[AuditResult, str]], *, language: str | None = None) -> str:
    r"""Write a page over many results: what each says, what moved from run to run, and a link to its report.

    Parameters
    ----------
    results : sequence of (AuditResult, str)
        At least one; with each the relative address of its report, empty where there is none.
    language : str, optional
        One of :data:`LANGUAGES`; that of the first result's audit by default.

    Returns
    -------
    str
        A page that opens offline, asks for nothing from outside, and is complete without scripts.

    Raises
    ------
    biasaudit.errors.ResultError
        Where there is no result, or the language is not one of :data:`LANGUAGES`.

    Examples
    --------
    >>> from biasaudit.results import AuditResult
    >>> page = render_index([(AuditResult.model_validate(_EXAMPLE), "berkeley/report.html")])
    >>> '<a href="berkeley/report.html">' in page
    True
    """
    from biasaudit.errors import ResultError
    from biasaudit.report.index import Listing, index_page

    if not results:
        raise ResultError("An index needs at least one result.")
    listings = [Listing(result=result, link=link) for result, link in results]
    return index_page(listings, _chosen(results[0][0], language))


def _chosen(result: AuditResult, language: str | None) -> str:
    """Give the language to write in, refusing one without a catalogue."""
    from biasaudit.errors import ResultError

    chosen = language or result.audit.language
    if chosen not in LANGUAGES:
        raise ResultError(f"No report is written in {chosen!r}. There are: {', '.join(LANGUAGES)}.")
    return chosen


_EXAMPLE = {
    "status": "complete",
    "audit": {
        "name": "berkeley",
        "title": "Six departments, 1973",
        "tolerance_gap": 0.05,
        "tolerance_ratio": 0.8,
        "minimum_size": 30,
    },
    "manifest": {"version": "0", "spec_digest": "", "started": "", "ended": ""},
    "data": {
        "rows": 0,
        "rows_judged": 0,
        "attributes": [{"name": "sex", "columns": ["sex"], "reference": "male", "groups": []}],
    },
}
