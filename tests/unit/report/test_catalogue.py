"""The French catalogue: complete, and true to the places of its messages."""

import ast
import importlib
import re
import string
from pathlib import Path

import pytest

import biasaudit
from biasaudit.report.catalogue import catalogue
from biasaudit.report.extraction import messages_in, texts_of, untranslated
from biasaudit.report.reasons import PARTS, REASONS
from biasaudit.report.words import STEPS

PACKAGE = Path(biasaudit.__file__).parent
AUDITS = PACKAGE.parent / "audits"
FRENCH = catalogue("fr")
KNOWN = set(FRENCH.messages) | set(FRENCH.plurals)
#: Texts of findings that are no messages: parts of templates before they are replaced, and error texts.
NO_MESSAGES = frozenset({"less often", "more often", "a group has fewer than"})


def places(text):
    return sorted({field for _, field, _, _ in string.Formatter().parse(text) if field})


def plural_forms():
    """The English plurals that stand beside their singulars in the catalogue file."""
    text = (PACKAGE / "report/locale/fr/LC_MESSAGES/biasaudit.po").read_text(encoding="utf-8")
    return {ast.literal_eval(found) for found in re.findall(r'^msgid_plural (".*")$', text, re.MULTILINE)}


def test_every_message_of_the_report_is_translated():
    found = messages_in(PACKAGE / "report") | set(REASONS) | set(PARTS)
    assert len(found) > 300
    assert untranslated(found, KNOWN | plural_forms()) == []


def test_every_message_of_the_findings_is_translated():
    missing = []
    for path in sorted((PACKAGE / "findings").glob("*.py")):
        module = importlib.import_module(
            f"biasaudit.findings.{path.stem}" if path.stem != "__init__" else "biasaudit.findings"
        )
        named = {name: value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
        texts = texts_of(path.read_text(encoding="utf-8")) | {value.strip() for value in named.values() if " " in value}
        unknown = sorted(text for text in texts - NO_MESSAGES - KNOWN if FRENCH.translated(text) == text)
        missing += [(path.name, text) for text in unknown]
    assert missing == []


@pytest.mark.parametrize("case", sorted(AUDITS.glob("*/case.py")), ids=lambda path: path.parent.name)
def test_messages_of_a_case_are_translated_by_the_catalogue_or_its_audit(case):
    declared = (case.parent / "audit.toml").read_text(encoding="utf-8")
    for text in messages_in(case.parent):
        assert text in KNOWN or text in declared or text.replace('"', '\\"') in declared, text


def test_translations_fill_the_places_of_their_messages_and_no_others():
    for english, french in FRENCH.messages.items():
        assert set(places(french)) <= set(places(english)), english
    for english, forms in FRENCH.plurals.items():
        for form in forms:
            assert set(places(form)) <= set(places(english)), english
    for english, french in (*FRENCH.verbs.items(), *FRENCH.wholes.items()):
        assert set(places(french)) <= set(places(english)), english


def test_sentences_with_whole_phrases_are_sentences_of_findings():
    assert FRENCH.wholes
    for english, french in FRENCH.wholes.items():
        assert english in FRENCH.messages, english
        assert "'" not in french, french


def test_translations_leave_out_no_number():
    numbers = {"low", "high", "value", "rate", "reference_rate", "n", "total", "tolerance", "contribution", "gap"}
    for english, french in FRENCH.messages.items():
        assert set(places(english)) & numbers <= set(places(french)), english


def test_french_spacing_is_kept():
    for french in FRENCH.messages.values():
        assert not re.search(r"[^\u202f\u00a0][;?!»](?!\w)", french.replace("[[", "")), french
        assert "'" not in french, french


def test_plural_follows_the_french_rule():
    assert FRENCH.counted("{n} package", "{n} packages", 0) == "{n} paquet"
    assert FRENCH.counted("{n} package", "{n} packages", 1.5) == "{n} paquet"
    assert FRENCH.counted("{n} package", "{n} packages", 2) == "{n} paquets"
    assert catalogue("en").counted("{n} package", "{n} packages", 0) == "{n} packages"


def test_reasons_of_other_rooms_are_read_back_and_their_own_words_kept():
    assert FRENCH.reason("no outcome in 'hired'") == "aucune issue dans «\u00a0hired\u00a0»"
    assert (
        FRENCH.reason("no outcome in 'hired'", {"hired": "embauché"}.get) == "aucune issue dans «\u00a0embauché\u00a0»"
    )
    assert FRENCH.reason("This audit was given scores made elsewhere. " + REASONS_TAIL).startswith(
        "Cet audit a reçu des scores"
    )
    assert FRENCH.reason("ValueError: {braces}") == "ValueError: {braces}"


REASONS_TAIL = "Without the model itself, nothing can be said about which inputs drive the gap."


def test_joined_templates_are_translated_sentence_by_sentence():
    whole = "Every group has at least {minimum} {people}. About {rows} people in that group would settle it."
    assert FRENCH.translated(whole).startswith("Chaque groupe compte au moins")
    assert FRENCH.translated("No such message. At all.") == "No such message. At all."


#: Texts that are no reasons of ours: rules for a reference, names of methods, a part of a reason, and what Python says
#: of an error.
NO_REASONS = frozenset(
    {
        "the references of its attributes, crossed",
        "the references of its attributes, crossed (one is the most_selected)",
        "largest, because no one belongs to all the references of its attributes",
        "in the reference: ",
        "mean distance over tenths of the score",
        "mean of score minus outcome, normal interval",
        "half the sum of two wilson intervals, combined (mover)",
        "wilson, through 2 j / (1 + j)",
        "kitagawa decomposition, delta method",
        "mean over strata by people, normal interval",
        "x0: x2",
    }
)
ROOMS = ("data", "measures", "drivers", "causes", "traces", "remedies", "findings", "running")
CALLS = {"undefined", "NotApplicableError", "not_applicable"}


def template_of(value):
    """A text or an f-string as the text it makes, its values as x0, x1 and so on; None where it is neither."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else f"'x{at}'" if part.conversion == ord("r") else f"x{at}"
            for at, part in enumerate(value.values)
        )
    return None


def reasons_in(path):
    """Reasons that a source gives in calls or keeps under a name, as the texts they make."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        found = []
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found = [keyword.value for keyword in node.keywords if keyword.arg in ("reason", "note", "empty")]
            found += node.args[1:] if called == "_not_applicable" else node.args[:1] if called in CALLS else []
        elif isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            found = [node.value] if names & {"reason", "note"} else []
        yield from (text for value in found if (text := template_of(value)) and " " in text)


def constants_in(path):
    """Sentences that a source keeps as constants."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id.isupper()
            and "METHOD" not in node.targets[0].id
        ):
            text = template_of(node.value)
            if text and " " in text.strip():
                yield text


def sources():
    for room in ROOMS:
        place = PACKAGE / room
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def test_reasons_that_other_rooms_give_are_translated():
    missing = [
        (path.name, text)
        for path in sources()
        for text in reasons_in(path)
        if FRENCH.reason(text) == text and text not in NO_REASONS
    ]
    assert missing == []


def test_reasons_that_other_rooms_keep_as_constants_are_translated():
    missing = [
        (path.name, text)
        for path in sources()
        if path.relative_to(PACKAGE).parts[0] in {"measures", "drivers", "causes", "traces", "remedies"}
        for text in constants_in(path)
        if FRENCH.reason(text.strip()) == text.strip() and text not in NO_REASONS
    ]
    assert missing == []


def test_steps_of_the_traces_have_names():
    source = (PACKAGE / "traces/tracing.py").read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    parts = [template_of(call.args[0]) for call in calls if getattr(call.func, "id", "") == "_not_applicable"]
    assert parts
    for part in parts:
        step = f"traces: {part}"
        assert step in STEPS or FRENCH.reason(step) != step, step
