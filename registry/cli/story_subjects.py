"""What stories and stops are about, as people call it: a record, a division or a species."""

from typing import Any

from sqlmodel import Session, select

from registry.care_errors import CultureError
from registry.commands.ledgers import find_division
from registry.commands.subjects import Ref
from registry.errors import Phrase
from registry.models import Division, Element, Grove, HeritageGarden, Place, Species, Tree
from registry.models.culture import STORY_OWNERS
from registry.selection import find_record

_TABLES: dict[str, Any] = {"grove": Grove, "garden": HeritageGarden, "place": Place, "element": Element}


def subject_called(session: Session, called: str) -> Ref:
    """What a story is about: a tree's number, grove:NO, garden:NO, place:NO, element:NO, division:CODE or
    species:NAME. Raises RecordNotFoundError and its like, LedgerFieldError, CultureError."""
    kind, colon, name = (part.strip() for part in called.strip().partition(":"))
    if colon and kind == "division":
        return kind, find_division(session, called, name), called
    if colon and kind == "species":
        return kind, _species(session, name), called
    found = find_record(session, called.strip())
    if found.kind not in STORY_OWNERS:
        raise CultureError(what=called, reason=Phrase("a story is about a record, a division or a species"))
    return found.kind, found.id, called


def subject_words(session: Session, kind: str, own: str) -> str:
    """What something is called, in a few words: its number and name."""
    if kind == "tree":
        tree = session.get_one(Tree, own)
        return " ".join(filter(None, (tree.tree_no, tree.name_verbatim)))
    if kind == "division":
        return f"division:{session.get_one(Division, own).name}"
    if kind == "species":
        species = session.get_one(Species, own)
        return f"species:{species.name_hans or species.name_hant or species.name_latin or own}"
    row = session.get_one(_TABLES[kind], own)
    return " ".join(filter(None, (f"{kind}:{row.number}", row.name)))


def _species(session: Session, name: str) -> str:
    names = (Species.id, Species.name_latin, Species.name_hans, Species.name_hant, Species.name_en)
    for column in names:
        found = list(session.exec(select(Species.id).where(column == name).order_by(Species.id).limit(2)))
        if len(found) == 1:
            return found[0]
    raise CultureError(what=name, reason=Phrase("no species of the register has this name, or several have"))
