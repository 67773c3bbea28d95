"""What the audit says is said in words: every action, event, record and fact that the code notes."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.audit_log import AuditLine, audit_row
from registry.vocab.audit_details import NAMES
from registry.vocab.audit_words import AUDIT_KINDS, AUDIT_WORDS, EVENT_NOUNS, EVENT_VERBS
from registry.vocab.language import translator

ROOT = Path(__file__).parents[2]
_NO_FACTS = {"account_id", "login", "subject", "address", "now", "action", "total", "is_once"}


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    for folder in ("registry", "datasette_plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if called in names:
                        yield called, node


def texts(node: ast.Call, place: int) -> list[str]:
    found = node.args[place] if len(node.args) > place else None
    return [found.value] if isinstance(found, ast.Constant) and isinstance(found.value, str) else []


def test_every_action_at_the_desk_has_a_word():
    noted = {text for name, node in calls("audit", "record_audit") for text in texts(node, 1)}
    noted |= {
        each.value.value for _name, node in calls("put_in_line") for each in node.keywords
        if each.arg == "action" and isinstance(each.value, ast.Constant)
    }  # fmt: skip
    assert len(noted) > 40
    assert sorted(noted - set(AUDIT_WORDS)) == []


def test_every_fact_of_an_entry_has_a_name():
    told = {
        each.arg for _name, node in calls("audit", "record_audit", "put_in_line") for each in node.keywords
    }
    assert sorted({name for name in told if name} - _NO_FACTS - set(NAMES)) == []


def test_every_event_and_every_kind_of_record_has_a_word():
    events = {text for _name, node in calls("record_event") for text in texts(node, 1)}
    unsaid = [
        code for code in sorted(events - set(AUDIT_WORDS))
        if code.partition(":")[0] not in EVENT_NOUNS or code.partition(":")[2] not in EVENT_VERBS
    ]  # fmt: skip
    assert unsaid == []
    kinds = {text for _name, node in calls("Change") for text in texts(node, 0)}
    assert sorted(kinds - set(AUDIT_KINDS) - set(EVENT_NOUNS)) == []


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        ({"step": "proposal"}, "步骤：提出", "step: Proposal"),
        ({"decision": "accept", "together": True}, "决定：通过 · 批量：是",
         "decision: accept · together with others: yes"),
        ({"fields": ["girth_cm", "notes"]}, "字段：胸围、备注", "fields: Girth, Notes"),
        ({"job": "export_map", "file": "a.html"}, "任务：交接地图 · 文件：a.html",
         "job: hand-over map · file: a.html"),
        ({"what": "case sheet"}, "内容：案卷摘要", "what: sheet of the case"),
        ({"count": 3, "batch": None, "chosen": ""}, "数量：3", "how many: 3"),
    ],
)  # fmt: skip
def test_facts_are_said_in_the_readers_language(facts, zh, en):
    line = AuditLine(datetime(2026, 1, 2, tzinfo=UTC), "admin", "case step", facts=facts)
    assert [audit_row(line, UTC, translator(lang))[4] for lang in ("zh", "en")] == [zh, en]
