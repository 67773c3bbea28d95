"""The questions: read whole from `questions.toml`, handed to Datasette, listed on a page of ours."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from registry.vocab.words import Label

QUESTIONS = Path(__file__).parent / "questions.toml"
_PARAMETER = re.compile(r":([a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Question:
    """One query that answers a question. `asks`: the values that the reader has to give."""

    id: str
    title: Label
    about: Label
    sql: str
    asks: tuple[str, ...]

    def address(self, database: str, ending: str = "") -> str:
        """Where it is answered: "" as a page, ".json", ".csv"."""
        return f"/{quote(database)}/{quote(self.id)}{ending}"


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """Every question, in the order of the file."""
    found = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))
    return tuple(
        Question(
            id=name,
            title=Label(*entry["title"]),
            about=Label(*entry["about"]),
            sql=entry["sql"].strip(),
            asks=tuple(dict.fromkeys(_PARAMETER.findall(entry["sql"]))),
        )
        for name, entry in found.items()
    )


def stored_queries() -> dict[str, dict[str, str]]:
    """The questions as Datasette's configuration takes them; a title in both languages."""
    return {
        question.id: {
            "sql": question.sql,
            "title": f"{question.title.zh} {question.title.en}",
            "description": f"{question.about.zh} {question.about.en}",
        }
        for question in questions()
    }
