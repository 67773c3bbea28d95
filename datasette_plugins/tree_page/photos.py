"""The photos of a tree: a grid, pairs from one viewpoint, and a page for each, for readers without script."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasette_plugins.tree_page.view import View, esc
from registry.vocab.language import Translator
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import PhotoKind

_AT_ONCE = 12
_MOST_PAIRS = 4
_COLUMNS = "id, kind, taken_on, caption, caption_lang, credit, width, height, viewpoint"


@dataclass(frozen=True, slots=True)
class PhotoPage:
    """One photo of a tree (`tree`: path, number, names) and its neighbours in the tree's order."""

    photo: dict[str, Any]
    tree: dict[str, Any]
    earlier: int | None
    later: int | None
    place: int
    count: int


def photos_html(view: View) -> str:
    """The grid, and the pairs; "" where there is no photo."""
    rows = view.file.photos
    if not rows:
        return ""
    figures = "".join(_figure(view, row, is_late=place >= _AT_ONCE) for place, row in enumerate(rows))
    return f'<div class="photos" data-gallery>{figures}</div>{_pairs(view, rows)}'


def what_is_seen(t: Translator, row: dict[str, Any]) -> str:
    """The viewpoint of a photo, or its kind."""
    return t.word(VIEWPOINTS, row["viewpoint"]) if row["viewpoint"] else t.word(PhotoKind, row["kind"])


def photo_alt(t: Translator, name: str, row: dict[str, Any]) -> str:
    """What a photo shows, for who cannot see it: kind, tree, day, caption."""
    told = [what_is_seen(t, row), name, row["taken_on"], row["caption"]]
    return t.gettext(", ").join(str(each) for each in told if each)


def caption_html(t: Translator, row: dict[str, Any]) -> str:
    """Kind, caption in its language, day, credit."""
    told = [esc(what_is_seen(t, row))]
    if row["caption"]:
        told.append(f'<span lang="{esc(row["caption_lang"])}">{esc(row["caption"])}</span>')
    if row["taken_on"]:
        told.append(f'<time datetime="{esc(row["taken_on"])}">{esc(row["taken_on"])}</time>')
    if row["credit"]:
        told.append(f"{t.label('credit')} {esc(row['credit'])}")
    return " · ".join(told)


def load_photo(db: sqlite3.Connection, id: int) -> PhotoPage | None:
    """The page of one photo of a tree, or None."""
    row = db.execute(f"SELECT {_COLUMNS}, tree_uuid FROM photo WHERE id = ?", (id,)).fetchone()
    if row is None or row["tree_uuid"] is None:
        return None
    tree = db.execute(
        "SELECT tree.path, tree.tree_no, tree.name_latin, tree.name_zh_lang, "
        "COALESCE(tree.name_zh, species.name_hans, species.name_hant) AS name_zh, "
        "COALESCE(tree.name_en, species.name_en) AS name_en "
        "FROM tree LEFT JOIN species ON species.id = tree.species_id WHERE tree.uuid = ?",
        (row["tree_uuid"],),
    ).fetchone()
    order = "SELECT id FROM photo WHERE tree_uuid = ? ORDER BY taken_on DESC, id"
    ids = [each[0] for each in db.execute(order, (row["tree_uuid"],))]
    place = ids.index(id)
    before = ids[place - 1] if place else None
    after = ids[place + 1] if place + 1 < len(ids) else None
    return PhotoPage(dict(row), dict(tree), before, after, place + 1, len(ids))


def _figure(view: View, row: dict[str, Any], *, is_late: bool) -> str:
    lazy = ' loading="lazy"' if is_late else ""
    image = (
        f'<img src="/photo/{row["id"]}.thumb.jpg"{lazy} width="320" height="240" '
        f'alt="{esc(photo_alt(view.t, view.name[0], row))}">'
    )
    href = view.visit.url(f"/photo/{row['id']}")
    return (
        f'<figure id="photo-{row["id"]}"><a href="{href}" data-full="/photo/{row["id"]}.jpg">{image}</a>'
        f"<figcaption>{caption_html(view.t, row)}</figcaption></figure>"
    )


def _pairs(view: View, rows: Sequence[dict[str, Any]]) -> str:
    """The first and the last photo of each viewpoint, side by side."""
    series: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["viewpoint"] and row["taken_on"]:
            series[row["viewpoint"]].append(row)
    told = []
    for viewpoint, found in list(series.items())[:_MOST_PAIRS]:
        first, last = found[-1], found[0]
        if first["taken_on"][:10] == last["taken_on"][:10]:
            continue
        sides = "".join(_side(view, row) for row in (first, last))
        word = esc(view.t.word(VIEWPOINTS, viewpoint))
        told.append(f'<figure class="pair"><div>{sides}</div><figcaption>{word}</figcaption></figure>')
    if not told:
        return ""
    title = view.t.gettext("From the same place, then and now")
    return f'<h3>{title}</h3><div class="pairs">{"".join(told)}</div>'


def _side(view: View, row: dict[str, Any]) -> str:
    """One of two photos, with its day upon it."""
    href = view.visit.url(f"/photo/{row['id']}")
    return (
        f'<a href="{href}"><img src="/photo/{row["id"]}.thumb.jpg" width="320" height="240" '
        f'alt="{esc(photo_alt(view.t, view.name[0], row))}">'
        f"<span>{esc(row['taken_on'][:10])}</span></a>"
    )
