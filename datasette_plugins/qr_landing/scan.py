"""What a tag says about itself and its tree, from the public edition alone."""

import base64
import json
import sqlite3
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from datasette import Response

from datasette_plugins.site.forms import Form
from datasette_plugins.site.pages import caching, edition_of
from datasette_plugins.site.place_names import lang_of, place_names, place_text
from datasette_plugins.site.stories import is_story_withheld, stories_of
from datasette_plugins.site.visits import Visit, visit_of
from registry.rules.addresses import decode_segment, encode_segment
from registry.rules.tag_codes import (
    CHECK_LENGTH,
    CODE_LENGTH,
    LONGEST_TEXT,
    parse_code,
    parse_printed,
    plate_hash,
    tag_hash,
    tag_text,
)
from registry.rules.tag_signatures import is_signed
from registry.vocab.fields import FIELDS
from registry.vocab.language import SITE_LANGUAGES, Translator, translator
from registry.vocab.sentences import age_words, seal_character
from registry.vocab.words import LISTINGS, AgeBasis, Grade, Precision, TreeStatus

_STORY = 400
_SHOWN = 80
"""Characters of a plate's text that the page and the mail to the office repeat."""
_PLACE_PARTS = 5
TAGGED_TREE = """
SELECT tag.state, tag.issued_on, tag.ended_on, 'tree' AS kind, tree.path, tree.tree_no, tree.category,
  tree.status,
  tree.protection_grade, tree.listing, tree.name_zh, tree.name_zh_lang, tree.name_latin, tree.name_en,
  tree.division_path, tree.division_path_en, tree.jurisdiction, tree.text_lang, tree.withheld,
  tree.age_years, tree.age_basis, tree.girth_cm, tree.diameter_cm,
  tree.height_m, tree.history_text, tree.peculiarity, tree.notes, tree.attribution,
  tree.lon, tree.lat, tree.position_precision, tree.coordinate_uncertainty_m,
  tree.last_inspected_on, tree.next_visit_on,
  species.name_hans, species.name_hant, species.name_en AS species_en,
  authority.name_zh AS authority_zh, authority.name_zh_lang AS authority_lang,
  authority.name_en AS authority_en,
  authority.duty_phone, authority.duty_mail
FROM tag JOIN tree ON tree.uuid = tag.tree_uuid JOIN authority ON authority.id = tree.authority_id
LEFT JOIN species ON species.id = tree.species_id
WHERE tag.tag_hash = ?"""
"""What a scan reads of a tree by the hash of its tag."""
_GROVE = """
SELECT tag.state, tag.issued_on, tag.ended_on, 'grove' AS kind, grove.path, grove.number AS tree_no,
  '' AS category, grove.status, grove.protection_grade, NULL AS listing, grove.name AS name_zh,
  grove.name_lang AS name_zh_lang, NULL AS name_latin, NULL AS name_en, grove.division_path,
  grove.division_path_en, grove.jurisdiction, grove.text_lang, grove.withheld, NULL AS age_years,
  NULL AS age_basis, NULL AS girth_cm, NULL AS diameter_cm, NULL AS height_m, NULL AS history_text,
  NULL AS lon, NULL AS lat, NULL AS position_precision, NULL AS coordinate_uncertainty_m,
  NULL AS last_inspected_on, NULL AS next_visit_on, NULL AS peculiarity, grove.notes,
  grove.attribution, NULL AS name_hans, NULL AS name_hant,
  NULL AS species_en, COALESCE(grove.tree_count, NULLIF(grove.file_count, 0)) AS tree_count, grove.area_ha,
  authority.name_zh AS authority_zh, authority.name_zh_lang AS authority_lang,
  authority.name_en AS authority_en, authority.duty_phone, authority.duty_mail
FROM tag JOIN grove ON grove.uuid = tag.grove_uuid JOIN authority ON authority.id = grove.authority_id
WHERE tag.tag_hash = ?"""
_CONTACT = """
SELECT name_zh AS authority_zh, name_zh_lang AS authority_lang, name_en AS authority_en, duty_phone, duty_mail
FROM authority WHERE duty_phone IS NOT NULL OR duty_mail IS NOT NULL ORDER BY tree_count DESC LIMIT 1"""
_OWNERLESS = """
SELECT state, issued_on, ended_on FROM tag WHERE tag_hash = ? AND tree_uuid IS NULL AND grove_uuid IS NULL"""
_AS_PLATES = """
WITH tag AS (SELECT plate_hash AS tag_hash, tree_uuid, grove_uuid, 'bound' AS state, bound_on AS issued_on,
  NULL AS ended_on FROM plate)"""
"""Before a query of tags: the plates of other makers stand in for them."""
_FORM = Form("qr_landing/scan.html")


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan found: `tree` is a row of `TAGGED_TREE`, None where no such tag was ever issued.

    `given` is how many characters of a code were typed where they are the beginning of one, else 0.

    `contact` has the columns of `_CONTACT`; None where nobody is named. `condition`: damaged or lost, where
    the office was told so. `ownerless`: a genuine tag that is bound to no tree (blank, or withdrawn so).
    `is_signed`: whether the signature of a large tag is ours, None where it carries none.
    """

    code: str
    given: int
    tree: sqlite3.Row | None
    contact: sqlite3.Row | None
    condition: str = ""
    ownerless: sqlite3.Row | None = None
    is_signed: bool | None = None

    @property
    def state(self) -> str:
        """issued, replaced, withdrawn, revoked (its key leaked), blank, spoilt (withdrawn and never bound),
        unlisted (signed by us, and younger than the edition), bound (a plate of another maker or a former
        host), incomplete or unknown."""
        if self.is_signed and self.tree is None and self.ownerless is None:
            return "unlisted"
        if self.ownerless is not None:
            return "blank" if self.ownerless["state"] == "blank" else "spoilt"
        if self.tree is None:
            return "incomplete" if self.given else "unknown"
        return str(self.tree["state"])


async def scan_page(datasette: Any, request: Any) -> Response:
    """`/T/<CODE>`: 200 for a tag that was ever issued and for a bound plate of another maker, 404 for any
    other. Two look-ups, no thread hop."""
    segment = request.url_vars["code"]
    edition = edition_of(datasette)
    scan, edition_facts = edition.read_now(lambda db: _read(db, segment, edition.facts_of(db)))
    visit = visit_of(request)
    is_sample = edition_facts.get("demonstration") == "yes"
    now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M (UTC%z)}"
    html = draw_scan(scan, visit, now, is_sample=is_sample)
    status = 404 if scan.state in {"unknown", "incomplete"} else 200
    return Response.html(html, status=status, headers=caching(visit, lasting=False))


def _read(db: sqlite3.Connection, segment: str, facts: Mapping[str, str]) -> tuple[Scan, Mapping[str, str]]:
    return look_up(db, segment, facts.get("tag_keys", "")), facts


def look_up(db: sqlite3.Connection, segment: str, tag_keys: str = "") -> Scan:
    """What is known of the tag with this text (any case, percent-encoded or not).

    tag_keys: the edition's keys for signed tags; a tag with a signature by none of them is not one of ours.
    """
    signed = is_signed(unquote(segment[:200]), _public_keys(tag_keys)) if tag_keys else None
    printed = parse_printed(unquote(segment[:200]))
    if signed is False:
        code = (printed or segment[:40]).partition("-")[0]
        found = Scan(code, 0, None, db.execute(_CONTACT).fetchone(), is_signed=False)
    else:
        found = replace(_look_up(db, segment, printed), is_signed=signed)
    if found.state in {"unknown", "incomplete"} and (bound := _look_up_plate(db, segment)):
        return bound
    return found


def scan_address(db: sqlite3.Connection, text: str) -> str | None:
    """Where a text leads that stands on a tag or on a bound plate, pasted or typed; None for others."""
    if _plate_of(db, text) is not None:
        return f"/T/{encode_segment(text)}"
    named = "".join(tag_text(text).split())
    return f"/T/{encode_segment(named)}" if parse_printed(named) else None


def _look_up_plate(db: sqlite3.Connection, segment: str) -> Scan | None:
    if len(segment) > 9 * LONGEST_TEXT:  # three bytes of a character, each written with three
        return None
    plain, tilde = unquote(segment), decode_segment(segment)
    for text in dict.fromkeys((plain, tilde, parse_printed(plain) or plain)):
        if (tree := _plate_of(db, text)) is not None:
            return Scan(text[:_SHOWN], 0, tree, tree)
    return None


def _plate_of(db: sqlite3.Connection, text: str) -> sqlite3.Row | None:
    try:
        db.execute("SELECT 1 FROM plate LIMIT 0")
    except sqlite3.OperationalError:  # an edition made before it told plates
        return None
    digest = (plate_hash(text),)
    found: sqlite3.Row | None = db.execute(_AS_PLATES + TAGGED_TREE, digest).fetchone()
    return found if found is not None else db.execute(_AS_PLATES + _GROVE, digest).fetchone()


@lru_cache(maxsize=8)
def _public_keys(tag_keys: str) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(key) for key in json.loads(tag_keys).values())


def _look_up(db: sqlite3.Connection, segment: str, printed: str | None) -> Scan:
    tree = _tree_of(db, tag_hash(printed)) if printed else None
    if tree is None and printed:
        tree = db.execute(_GROVE, (tag_hash(printed),)).fetchone()
    if tree is None:
        given = 0 if printed else characters_given(unquote(segment[:200]))
        ownerless = db.execute(_OWNERLESS, (tag_hash(printed),)).fetchone() if printed else None
        code = printed.partition("-")[0] if printed and (ownerless or len(segment) > 40) else segment[:40]
        return Scan(code, given, None, db.execute(_CONTACT).fetchone(), ownerless=ownerless)
    return Scan((printed or "").partition("-")[0], 0, tree, tree, _condition(db, tag_hash(printed or "")))


def _condition(db: sqlite3.Connection, tag: str) -> str:
    """damaged or lost, where the office was told so of a tag; "" in an edition made before it told."""
    try:
        found = db.execute("SELECT condition FROM tag WHERE tag_hash = ?", (tag,)).fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(found[0] or "") if found else ""


def _tree_of(db: sqlite3.Connection, tag: str) -> sqlite3.Row | None:
    try:
        found: sqlite3.Row | None = db.execute(TAGGED_TREE, (tag,)).fetchone()
    except sqlite3.OperationalError:  # an edition made before it told the next visit
        older = TAGGED_TREE.replace("tree.next_visit_on", "NULL AS next_visit_on")
        found = db.execute(older, (tag,)).fetchone()
    return found


def characters_given(text: str) -> int:
    """How many characters of a tag's code `text` holds where it is a code cut short, else 0."""
    squeezed = "".join(text.split()).upper()
    check = squeezed[CODE_LENGTH:].removeprefix("-")
    is_short = len(check) < CHECK_LENGTH and (not check or (check.isascii() and check.isalnum()))
    return CODE_LENGTH + len(check) if is_short and parse_code(squeezed[:CODE_LENGTH]) else 0


def draw_scan(scan: Scan, visit: Visit, now: str, *, is_sample: bool = False) -> str:
    """The page. `now` is the time of the scan as people write it; a sample register says that it is one."""
    tree = scan.tree
    facts = {"code": scan.code, "now": now, "home": visit.url("/"), **_other_languages(visit)}
    facts |= _tree_facts(tree, visit) if tree is not None else {"place": "", "number": ""}
    facts |= _contact_facts(scan, visit.translator, facts)
    shape: dict[str, Hashable] = {"state": scan.state, "demonstration": is_sample, "given": scan.given}
    shape["condition"] = scan.condition if scan.state == "issued" else ""
    shape["is_signed"] = bool(scan.is_signed)
    shape["whole"] = CODE_LENGTH + CHECK_LENGTH
    if tree is not None:
        shape |= {"status": tree["status"], "trunk": _trunk(tree), "long": len(facts["plaque"]) > 4}
        shape["kind"] = tree["kind"]
        shape["upright"] = facts["plaque_lang"] != "la"
        shape["withheld"] = is_story_withheld(json.loads(tree["withheld"]))
    return _FORM.fill(visit, shape, facts)


def _tree_facts(tree: sqlite3.Row, visit: Visit) -> dict[str, str]:
    t = visit.translator
    names = _names(tree, visit.lang)
    plaque, plaque_lang = next((pair for pair in names if pair[1].startswith("zh")), names[0])
    facts = {"plaque": plaque, "plaque_lang": plaque_lang}
    for place in range(3):
        name, lang = names[place] if place < len(names) else ("", "")
        facts |= {f"name_{'abc'[place]}": name, f"lang_{'abc'[place]}": lang}
    story = next(iter(stories_of(tree)), "")
    recorded, english = json.loads(tree["division_path"]), json.loads(tree["division_path_en"])
    places = place_names(t, recorded, english, tree["text_lang"], tree["jurisdiction"])[:_PLACE_PARTS]
    for part, letter in enumerate("abcde"):
        name, lang = places[part] if part < len(places) else ("", "")
        facts |= {f"place_{letter}": name, f"place_lang_{letter}": lang}
    standing = t.word(Grade, tree["protection_grade"]) or t.word(LISTINGS, tree["listing"])
    if tree["kind"] == "grove":
        facts["trees"] = _number(visit.lang, tree["tree_count"], 0)
        facts["area"] = _number(visit.lang, tree["area_ha"], 2)
    exact = tree["position_precision"] == Precision.EXACT and tree["lon"] is not None
    return facts | {
        "lon": f"{tree['lon']:.6f}" if exact else "",
        "lat": f"{tree['lat']:.6f}" if exact else "",
        "uncertainty": str(round(tree["coordinate_uncertainty_m"] or 0)) if exact else "",
        "visited": _day(visit.lang, tree["last_inspected_on"]),
        "next_visit": _day(visit.lang, tree["next_visit_on"]),
        "number": tree["tree_no"],
        "standing": standing,
        "place": place_text(t, places),
        "seal": seal_character(tree["category"], tree["status"], tree["protection_grade"]),
        "gone": "" if tree["status"] == TreeStatus.ALIVE else t.word(TreeStatus, tree["status"]),
        "issued": _day(visit.lang, tree["issued_on"]),
        "ended": _day(visit.lang, tree["ended_on"]),
        "age": age_words(t, tree["age_years"], tree["age_basis"]) if tree["age_years"] is not None else "",
        "age_basis": t.word(AgeBasis, tree["age_basis"]) or t.gettext("basis not stated"),
        "trunk": _number(visit.lang, tree[_trunk(tree)], 0),
        "height": _number(visit.lang, tree["height_m"], 1),
        "story": story if len(story) <= _STORY else story[:_STORY] + "…",
        "text_lang": tree["text_lang"],
        "file": visit.url(f"/{tree['kind']}/{tree['path']}"),
        "attribution": tree["attribution"],
        "attribution_lang": lang_of(tree["attribution"], tree["text_lang"], tree["jurisdiction"]),
    }


def _contact_facts(scan: Scan, t: Translator, facts: dict[str, str]) -> dict[str, str]:
    """Whom to tell, and the mail that does, with number, place and time filled in."""
    row, lang = scan.contact, t.lang
    if row is None:
        return {"phone": "", "dial": "", "mail": "", "write": "", "office": "", "office_lang": ""}
    phone, mail = row["duty_phone"] or "", row["duty_mail"] or ""
    return {
        "phone": phone,
        "dial": "".join(phone.split()),
        "mail": mail,
        "write": _mail_link(t, mail, facts) if mail else "",
        "office": row["authority_en"] if lang == "en" else row["authority_zh"],
        "office_lang": "en" if lang == "en" else row["authority_lang"],
    }


def _mail_link(t: Translator, mail: str, facts: dict[str, str]) -> str:
    said = {"number": facts["number"] or t.gettext("unknown"), "code": facts["code"], "time": facts["now"]}
    subject = t.gettext("Tree {number}: something is wrong", **said)
    text = t.gettext(
        "Tree {number} ({place}), tag {code}, scanned {time}.\n\nWhat I saw:\n", place=facts["place"], **said
    )
    return f"mailto:{quote(mail, safe='@')}?subject={quote(subject, safe='')}&body={quote(text, safe='')}"


def _names(tree: sqlite3.Row, lang: str) -> list[tuple[str, str]]:
    """The tree's names that are known, with their languages; those for a reader of `lang` first."""
    zh = (
        (tree["name_zh"], tree["name_zh_lang"] or "zh-Hans")
        if tree["name_zh"]
        else (tree["name_hans"], "zh-Hans")
        if tree["name_hans"]
        else (tree["name_hant"], "zh-Hant")
    )
    latin, english = (tree["name_latin"], "la"), (tree["name_en"] or tree["species_en"], "en")
    order = (english, latin, zh) if lang == "en" else (zh, latin, english)
    known = [pair for pair in order if pair[0]]
    return known or [(FIELDS["grove"].zh if tree["kind"] == "grove" else tree["tree_no"], "zh-Hans")]


def _trunk(tree: sqlite3.Row) -> str:
    """The size of the trunk that is known, the girth if none is."""
    return "diameter_cm" if tree["girth_cm"] is None and tree["diameter_cm"] is not None else "girth_cm"


def _other_languages(visit: Visit) -> dict[str, str]:
    return {f"in_{lang}": visit.in_language(lang) for lang in SITE_LANGUAGES if lang != visit.lang}


@lru_cache(maxsize=4000)
def _day(lang: str, day: str | None) -> str:
    return translator(lang).day(date.fromisoformat(day[:10])) if day else ""


@lru_cache(maxsize=4000)
def _number(lang: str, value: float | None, digits: int) -> str:
    return "" if value is None else translator(lang).number(value, digits)
