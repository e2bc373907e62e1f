"""Questions for a workshop: declared by section, refused where there is no such section."""

import pytest

from biasaudit.errors import DeclarationError
from biasaudit.spec import read_declaration

HEAD = """schema = 1
[audit]
name = "a"
title = "A"
[data]
path = "people.csv"
[[protected]]
column = "sex"
reference = "male"
[model]
decision = "called"
"""


def declared(tmp_path, text):
    (tmp_path / "people.csv").write_text("sex,called\nmale,1\n")
    (tmp_path / "audit.toml").write_text(HEAD + text, encoding="utf-8")
    return read_declaration(tmp_path / "audit.toml").spec


def test_questions_keep_their_order_and_may_leave_the_answer_out(tmp_path):
    asked = declared(
        tmp_path,
        '[workshop]\nquestions = [{section = "groups", question = "Who?", answer = "They."},\n'
        ' {section = "labels", question = "Why?"}]\n',
    ).workshop.questions
    assert [(one.section, one.question, one.answer) for one in asked] == [
        ("groups", "Who?", "They."),
        ("labels", "Why?", ""),
    ]
    assert declared(tmp_path, "").workshop.questions == ()


def test_every_mistake_is_told_with_its_line_and_what_is_allowed(tmp_path):
    wrong = (
        '[[workshop.questions]]\nsection = "grups"\nquestion = "Who?"\n'
        '[[workshop.questions]]\nsection = "labels"\nquestion = ""\n'
        '[[workshop.questions]]\nsection = "labels"\nask = "Why?"\n'
    )
    with pytest.raises(DeclarationError) as caught:
        declared(tmp_path, wrong)
    text = str(caught.value)
    first = HEAD.count("\n")
    for line, said in ((first + 2, "groups"), (first + 6, "question"), (first + 9, "ask")):
        assert any(f"line {line}" in told or f":{line}" in told for told in text.splitlines() if said in told), text
