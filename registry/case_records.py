"""A case as it is printed: everything said in one language, ready to be set."""

from dataclasses import dataclass
from datetime import datetime

Pairs = tuple[tuple[str, str], ...]
"""What something is called, and what it is."""


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """One case on paper, for the office and for whoever it is referred to; never with the reporter's name.

    steps: day, step, by whom, document, text. law: what holds, where it stands. files: kind, name, taken at,
    size, SHA-256.
    """

    title: str
    number: str
    register_name: str
    lang: str
    confidential: str
    facts: Pairs
    law: Pairs
    law_note: str
    steps: tuple[tuple[str, str, str, str, str], ...]
    files: tuple[tuple[str, str, str, str, str], ...]
    history_head: str
    made_at: datetime
    sample: str | None = None
