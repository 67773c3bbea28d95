"""What a dossier was made from, as a mark in its PDF: so that one that no longer holds is not kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from exports.dossier_text import shown_flags
from exports.record_json import photo_digest
from exports.sketch_map import drawn_neighbours, grid_cell, is_generalised
from registry.legal_file_records import LegalFileRecord
from registry.office_records import OfficeCare
from registry.records import AreaRecord, MapPoint, PhotoRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator

_NO_DAY = datetime(1, 1, 1, tzinfo=UTC)


def tree_mark(
    tree: TreeRecord,
    neighbours: Sequence[MapPoint],
    facts: RegisterFacts,
    language: Translator,
    file: LegalFileRecord | None = None,
    care: OfficeCare | None = None,
    *,
    is_proved: bool = False,
) -> str:
    """The mark of a tree's dossier.

    An exact place that the dossier does not show is not in the mark either: it could be found by trying. Nor
    is where the growth leads, reckoned from the day.
    """
    tree = replace(tree, photos=tuple(map(_told, tree.photos)))
    shown: tuple[object, ...] = (tree,)
    if is_generalised(tree) and not facts.is_restricted:
        shown = (replace(tree, lon=None, lat=None, flags=shown_flags(tree)), grid_cell(tree))
    near = sorted((p.lon, p.lat, p.tree_no) for p in drawn_neighbours(tree, neighbours))
    if care is not None and care.growth is not None:
        care = replace(care, growth=replace(care.growth, projections=()))
    return content_mark((shown, file, care, near), facts, language, is_proved=is_proved)


def area_mark(
    area: AreaRecord, more: Sequence[object], facts: RegisterFacts, language: Translator, *, is_proved: bool
) -> str:
    """The mark of the dossier of a grove, garden, place or element. more: what else it is made from."""
    area = replace(area, photos=tuple(map(_told, area.photos)))
    return content_mark((area, *more), facts, language, is_proved=is_proved)


def content_mark(
    said: Sequence[object], facts: RegisterFacts, language: Translator, *, is_proved: bool
) -> str:
    """The SHA-256 of all that a dossier says, but for its day, its edition and the state of the history."""
    standing = replace(
        facts, made_at=_NO_DAY, made_on=_NO_DAY.date(), edition=None, history_head="", history_seq=0
    )
    content = repr((*said, standing, language.lang, is_proved, _program()))
    return f"GushuContent:{hashlib.sha256(content.encode('utf-8', 'backslashreplace')).hexdigest()}"


def _told(photo: PhotoRecord) -> PhotoRecord:
    """A photo by its digest: to write its bytes out as text would take longer than to draw it."""
    return replace(photo, jpeg=bytes.fromhex(photo_digest(photo.jpeg)), thumb=b"")


def read_standing(path: Path, mark: str) -> bytes | None:
    """The PDF with this mark that stands there; None where there is none that was written to its end."""
    try:
        pdf = path.read_bytes()
    except OSError:
        return None
    is_whole = pdf.startswith(b"%PDF-") and pdf[-32:].rstrip().endswith(b"%%EOF")
    return pdf if is_whole and mark.encode() in pdf else None


@lru_cache(maxsize=1)
def _program() -> str:
    """The version of this program; "" where it runs from its source without being installed."""
    try:
        return version("gushu")
    except PackageNotFoundError:
        return ""
