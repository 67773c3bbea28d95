"""What a dossier was made from, as a mark in its PDF: so that one that no longer holds is not kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from exports.dossier_text import shown_flags
from exports.sketch_map import drawn_neighbours, grid_cell, is_generalised
from registry.records import MapPoint, RegisterFacts, TreeRecord
from registry.vocab.language import Translator

_NO_DAY = datetime(1, 1, 1, tzinfo=UTC)


def content_mark(
    tree: TreeRecord, neighbours: Sequence[MapPoint], facts: RegisterFacts, language: Translator
) -> str:
    """The SHA-256 of all that a dossier says, but for its day, its edition and the state of the history.

    An exact place that the dossier does not show is not in the mark either: it could be found by trying.
    """
    shown: tuple[object, ...] = (tree,)
    if is_generalised(tree):
        shown = (replace(tree, lon=None, lat=None, flags=shown_flags(tree)), grid_cell(tree))
    near = sorted((p.lon, p.lat, p.tree_no) for p in drawn_neighbours(tree, neighbours))
    standing = replace(facts, made_at=_NO_DAY, edition=None, history_head="")
    content = repr((shown, near, standing, language.lang, _program()))
    return f"GushuContent:{hashlib.sha256(content.encode('utf-8', 'backslashreplace')).hexdigest()}"


def stands_whole(path: Path, mark: str) -> bool:
    """Whether a PDF with this mark stands there that was written to its end."""
    try:
        pdf = path.read_bytes()
    except OSError:
        return False
    return pdf.startswith(b"%PDF-") and pdf[-32:].rstrip().endswith(b"%%EOF") and mark.encode() in pdf


@lru_cache(maxsize=1)
def _program() -> str:
    """The version of this program; "" where it runs from its source without being installed."""
    try:
        return version("gushu")
    except PackageNotFoundError:
        return ""
