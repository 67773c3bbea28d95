"""What a tag says about itself and its tree, from the public edition alone."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from datasette import Response

from datasette_plugins.site.hits import seal_character
from datasette_plugins.site.pages import edition_of, render_page
from datasette_plugins.site.visits import visit_of
from datasette_plugins.tree_page.sentences import age_basis, age_text
from registry.rules.tag_codes import parse_printed, tag_hash
from registry.vocab.language import Translator

_TREE = """
SELECT tag.state, tag.issued_on, tag.ended_on, tree.path, tree.tree_no, tree.category, tree.status,
  tree.protection_grade, tree.listing, tree.name_zh, tree.name_zh_lang, tree.name_latin, tree.name_author,
  tree.name_en, tree.common_name, tree.division_path, tree.address, tree.text_lang, tree.age_years, tree.age_basis,
  tree.girth_cm, tree.diameter_cm, tree.height_m, tree.history_text, tree.attribution,
  species.name_hans, species.name_hant, species.name_en AS species_en,
  authority.name_zh AS authority_zh, authority.name_zh_lang AS authority_lang, authority.name_en AS authority_en,
  authority.duty_phone, authority.duty_mail
FROM tag JOIN tree ON tree.uuid = tag.tree_uuid JOIN authority ON authority.id = tree.authority_id
LEFT JOIN species ON species.id = tree.species_id
WHERE tag.tag_hash = ?"""
_CONTACTS = """
SELECT name_zh AS authority_zh, name_zh_lang AS authority_lang, name_en AS authority_en, duty_phone, duty_mail
FROM authority WHERE duty_phone IS NOT NULL OR duty_mail IS NOT NULL ORDER BY tree_count DESC LIMIT 6"""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan found: `tree` is a row of `_TREE`, None where no such tag was ever issued."""

    code: str
    tree: sqlite3.Row | None
    contacts: tuple[sqlite3.Row, ...]
    now: str

    @property
    def state(self) -> str:
        """issued, replaced, withdrawn or unknown."""
        return self.tree["state"] if self.tree is not None else "unknown"

    @property
    def seal(self) -> str:
        """The character of the tree's seal, or ""."""
        tree = self.tree
        return seal_character(tree["status"], tree["category"], tree["protection_grade"]) if tree is not None else ""

    def names(self, lang: str) -> tuple[tuple[str, str], ...]:
        """The tree's names that are known, with their languages; those for a reader of `lang` first."""
        tree = self.tree
        if tree is None:
            return ()
        latin, english = (tree["name_latin"], "la"), (tree["name_en"] or tree["species_en"], "en")
        order = (english, latin, self.name_zh) if lang == "en" else (self.name_zh, latin, english)
        return tuple((name, name_lang) for name, name_lang in order if name)

    @property
    def name_zh(self) -> tuple[str | None, str]:
        """The Chinese name of the tree, or of its species, and its language."""
        tree = self.tree
        if tree is None:
            return None, "zh-Hans"
        names = (
            (tree["name_zh"], tree["name_zh_lang"] or "zh-Hans"),
            (tree["name_hans"], "zh-Hans"),
            (tree["name_hant"], "zh-Hant"),
        )
        return next((pair for pair in names if pair[0]), (None, "zh-Hans"))

    @property
    def place(self) -> str:
        """Where the tree stands, as far as it is public."""
        return " ".join(json.loads(self.tree["division_path"])) if self.tree is not None else ""


async def scan_page(datasette: Any, request: Any) -> Response:
    """`/T/<CODE>`: 200 for a tag that was ever issued, 404 for any other. A handful of look-ups, no thread hop."""
    scan = edition_of(datasette).read_now(lambda db: look_up(db, request.url_vars["code"]))
    t = visit_of(request).translator
    return render_page(
        datasette,
        request,
        "qr_landing/scan.html",
        status=404 if scan.tree is None else 200,
        lasting=False,
        scan=scan,
        report=report_text(t, scan),
        age_text=age_text,
        age_basis=age_basis,
    )


def look_up(db: sqlite3.Connection, segment: str) -> Scan:
    """What is known of the tag with this text (any case, percent-encoded or not)."""
    printed = parse_printed(unquote(segment[:200]))
    now = datetime.now().astimezone().isoformat(" ", "minutes")
    tree = db.execute(_TREE, (tag_hash(printed),)).fetchone() if printed else None
    if tree is None:
        return Scan(segment[:40], None, tuple(db.execute(_CONTACTS)), now)
    return Scan((printed or "").partition("-")[0], tree, (tree,), now)


def report_text(t: Translator, scan: Scan) -> tuple[str, str]:
    """Subject and text of a mail that reports a problem."""
    number = scan.tree["tree_no"] if scan.tree is not None else t.gettext("unknown")
    facts = {"number": number, "code": scan.code, "time": scan.now, "place": scan.place}
    subject = t.gettext("Tree {number}: something is wrong", **facts)
    text = t.gettext("Tree {number} ({place}), tag {code}, scanned {time}.\n\nWhat I saw:\n", **facts)
    return subject, text
