"""Verifying tags: what a scanned or typed text proves, by the register's own keys. Nothing is changed."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from registry.keys import Keys
from registry.models import Grove, Tag, Tree
from registry.rules.tag_codes import is_genuine, parse_code, parse_printed, tag_text
from registry.rules.tag_signatures import is_signed, public_half
from registry.vocab.desk_words import TagNoteKind
from registry.vocab.tag_words import Verdict
from registry.vocab.words import TagState

_ENDED = {
    TagState.REPLACED: Verdict.REPLACED,
    TagState.WITHDRAWN: Verdict.WITHDRAWN,
    TagState.BLANK: Verdict.BLANK,
    TagState.ISSUED: Verdict.GENUINE,
}


@dataclass(frozen=True, slots=True)
class TagCheck:
    """What a text was found to be. `record`: its kind and number; `signed`: whether it bears a signature."""

    text: str
    verdict: Verdict
    code: str = ""
    record: tuple[str, str] | None = None
    name: str = ""
    key_id: str = ""
    signed: bool = False
    state: TagState | None = None
    condition: TagNoteKind | None = None
    batch: str | None = None
    issued_on: date | None = None
    ended_on: date | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether it is proven, and in force on its tree or grove."""
        return self.verdict is Verdict.GENUINE


def check_tag(session: Session, text: str, keys: Keys) -> TagCheck:
    """What a scanned text, CODE-CHECK or CODE alone proves. Raises KeyMissingError for another's keys."""
    named = tag_text(text)
    printed = parse_printed(named)
    code = printed.partition("-")[0] if printed else parse_code(named) or ""
    tag = session.exec(select(Tag).where(Tag.code == code)).first() if code else None
    if tag is None:
        return TagCheck(text, Verdict.UNKNOWN, code)
    record, name = _record(session, tag)
    return TagCheck(
        text, _verdict(tag, named, printed, keys), code, record, name, tag.key_id,
        bool(is_signed(named, [public_half(keys.tag_key(tag.key_id))])), tag.state, tag.condition, tag.batch,
        tag.issued_on, tag.ended_on,
    )  # fmt: skip


def _verdict(tag: Tag, named: str, printed: str | None, keys: Keys) -> Verdict:
    key = keys.tag_key(tag.key_id)
    if printed and (not is_genuine(printed, key) or is_signed(named, [public_half(key)]) is False):
        return Verdict.FORGED
    if tag.key_id in keys.revoked:
        return Verdict.REVOKED
    if not printed and tag.state in {TagState.ISSUED, TagState.BLANK}:
        return Verdict.UNPROVEN
    return _ENDED[tag.state]


def _record(session: Session, tag: Tag) -> tuple[tuple[str, str] | None, str]:
    if tag.tree_id:
        tree = session.get_one(Tree, tag.tree_id)
        return ("tree", tree.tree_no), tree.common_name or tree.name_verbatim or tree.latin_verbatim or ""
    if tag.grove_id:
        grove = session.get_one(Grove, tag.grove_id)
        return ("grove", grove.number), grove.name or ""
    return None, ""
