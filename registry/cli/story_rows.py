"""Files of stories (CSV, XLSX …): one row for each, columns in Chinese or English.

Rows that can be taken are; the others go into a file of their own, with what is wrong, to be mended and sent
again. What was taken is not taken twice.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from exports.csv_cells import harmless, unmarked
from registry.care_errors import CultureFileError
from registry.cli.case_rows import word_of, words_known
from registry.cli.story_subjects import subject_called
from registry.commands.stories import StoryDraft, add_story, translate_story
from registry.errors import Phrase, RegistryError, unwritable
from registry.importing.reading import open_table
from registry.vocab.culture_words import Reliability, StoryKind
from registry.vocab.language import Translator

HEADERS: dict[str, tuple[str, ...]] = {
    "about": ("对象", "古树编号", "编号", "树号", "record", "tree_no", "number"),
    "title": ("标题", "题名", "故事名称", "title"),
    "text": ("正文", "内容", "故事内容", "故事", "text", "story"),
    "kind": ("类别", "类型", "kind"),
    "lang": ("语言", "lang", "language"),
    "reliability": ("可靠程度", "可靠性", "reliability"),
    "source": ("来源", "故事来源", "出处", "source"),
    "url": ("网址", "链接", "url"),
    "teller": ("讲述人", "讲述者", "teller", "told by"),
    "historic": ("历史人物", "historic"),
    "consent": ("同意书", "consent"),
    "collector": ("采集人", "采集者", "collector"),
    "collected_on": ("采集日期", "日期", "collected_on", "date"),
    "code": ("代码", "故事编号", "code"),
    "title_en": ("英文标题", "title_en"),
    "text_en": ("英文正文", "英文内容", "text_en"),
    "translator": ("翻译", "译者", "translator"),
}
"""Columns that a file may have; their names as files write them."""
NEEDED = ("about", "title", "text")
_NAMES = {_name.casefold(): _column for _column, names in HEADERS.items() for _name in names}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")
_YES = {"是", "yes", "true", "1", "y"}


@dataclass(slots=True)
class StoryImport:
    """What came of a file: how many rows were read, new, changed, known, and those that were not taken."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[tuple[str, Mapping[str, str], RegistryError]] = field(default_factory=list)
    """Where the row stands, its cells, and why."""


def import_stories(session: Session, path: Path, *, today: date, actor: str, now: datetime) -> StoryImport:
    """Enter the stories of a file as drafts. Raises CultureFileError for a file without the columns."""
    table = open_table(path, fits=lambda headers: set(NEEDED) <= set(_columns(headers).values()))
    columns = _columns(table.headers)
    if missing := [name for name in NEEDED if name not in columns.values()]:
        names = " · ".join(HEADERS[name][0] for name in missing)
        raise CultureFileError(path=path, reason=Phrase("it has no column {names}", names=names))
    done = StoryImport()
    for row in table.rows:
        cells = {
            columns[head]: text
            for head, cell in row.cells.items()
            if head in columns and (text := unmarked(cell.strip()).strip())
        }
        if not cells:
            continue
        done.read += 1
        try:
            with session.begin_nested():
                what = _enter(session, path, cells, today=today, actor=actor, now=now)
        except RegistryError as error:
            done.rejected.append((row.place, row.cells, error))
            continue
        setattr(done, what, getattr(done, what) + 1)
    return done


def write_rejected(done: StoryImport, out: Path, t: Translator) -> None:
    """Write the rows that were not taken as a file that can be mended and imported. Raises OutputError."""
    told = t.gettext("what is wrong")
    found = dict.fromkeys(head for _place, cells, _error in done.rejected for head in cells)
    heads = [head for head in found if head != told]  # a list that was not yet mended comes again
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(map(harmless, [*heads, told]))
            for _place, cells, error in done.rejected:
                writer.writerow(map(harmless, [*(cells.get(head, "") for head in heads), t.error(error)]))
    except OSError as error:
        raise unwritable(out, error) from error


def _enter(
    session: Session, path: Path, cells: Mapping[str, str], *, today: date, actor: str, now: datetime
) -> str:
    for name in NEEDED:
        if name not in cells:
            reason = Phrase("the column {name} is empty", name=HEADERS[name][0])
            raise CultureFileError(path=path.name, reason=reason)
    facts: dict[str, Any] = {"lang": cells.get("lang", "zh-Hans"), "code": cells.get("code")}
    for name, words in (("kind", StoryKind), ("reliability", Reliability)):
        if name in cells:
            facts[name] = _word(path, words, cells[name])
    draft = StoryDraft(
        about=subject_called(session, cells["about"]),
        title=cells["title"],
        text=cells["text"],
        source_text=cells.get("source"),
        source_url=cells.get("url"),
        teller=cells.get("teller"),
        is_historic_teller=cells.get("historic", "").casefold() in _YES,
        consent=cells.get("consent"),
        collector=cells.get("collector"),
        collected_on=_day(path, cells["collected_on"]) if "collected_on" in cells else None,
        **facts,
    )
    story, what = add_story(session, draft, today=today, actor=actor, now=now)
    if "title_en" in cells and "text_en" in cells:
        translator = cells.get("translator")
        told = translate_story(
            session, story, "en", cells["title_en"], cells["text_en"],
            translator=translator, actor=actor, now=now,
        )  # fmt: skip
        what = "changed" if what == "same" and told != "same" else what
    return what


def _word(path: Path, words: Any, cell: str) -> Any:
    try:
        return word_of(words, cell)
    except ValueError:
        known = " · ".join(words_known(words))
        reason = Phrase("“{value}” is none of {known}", value=cell, known=known)
        raise CultureFileError(path=path.name, reason=reason) from None


def _day(path: Path, cell: str) -> date:
    match = _DAY.fullmatch(cell)
    try:
        return date(*map(int, match.groups())) if match else date.fromisoformat(cell)
    except ValueError:
        reason = Phrase("“{value}” is not a day such as 2026-03-15", value=cell)
        raise CultureFileError(path=path.name, reason=reason) from None


def _columns(headers: Iterable[str]) -> dict[str, str]:
    """Which column each header means; the first of several that mean the same."""
    found: dict[str, str] = {}
    for header in headers:
        name = _NAMES.get(re.sub(r"[（(].*?[）)]", "", header).strip().casefold())
        if name and name not in found.values():
            found[header] = name
    return found
