"""Settings of a register: what they are called, what they may hold, where they are kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlmodel import Session, select

from registry.errors import Phrase, SettingInvalidError, SettingUnknownError
from registry.models import Setting


@dataclass(frozen=True, slots=True)
class Known:
    """One setting: what it is for, and how its text is checked (returns the text to keep)."""

    help: str
    check: Callable[[str], str]
    default: str = ""


def _text(value: str) -> str:
    if len(value) > 200 or any(ord(character) < 32 for character in value):
        raise ValueError(Phrase("at most 200 characters on one line"))
    return value.strip()


def _file(value: str) -> str:
    text = value.strip()
    if len(text) > 500 or any(ord(character) < 32 for character in text):
        raise ValueError(Phrase("at most 500 characters on one line"))
    if text and not Path(text).is_file():
        raise ValueError(Phrase("there is no such file"))
    return str(Path(text).resolve()) if text else ""


def _address(value: str) -> str:
    text = value.strip().rstrip("/")
    parts = urlsplit(text)
    is_plain = re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", text)
    if text and not (is_plain and parts.hostname):
        raise ValueError(Phrase("an address looks like https://trees.example.org"))
    return text


def _phone(value: str) -> str:
    text = value.strip()
    if text and not re.fullmatch(r"\+?[0-9][0-9 ()/-]{2,30}", text):
        raise ValueError(Phrase("a telephone number has digits, blanks, brackets, hyphens and a leading +"))
    return text


def _mail(value: str) -> str:
    text = value.strip()
    if text and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", text):
        raise ValueError(Phrase("a mail address looks like trees@example.org"))
    return text


def _count(value: str) -> str:
    text = value.strip()
    if not re.fullmatch("[0-9]{1,4}", text):
        raise ValueError(Phrase("a whole number from 0 to 9999"))
    return str(int(text))


def _yes_no(value: str) -> str:
    text = value.strip().lower()
    if text not in {"yes", "no"}:
        raise ValueError(Phrase("yes or no"))
    return text


def _tiles(value: str) -> str:
    text = value.strip()
    if text and not (
        text.startswith(("http://", "https://", "/")) and all(p in text for p in ("{z}", "{x}", "{y}"))
    ):
        raise ValueError(Phrase("a tile address has {{z}}, {{x}} and {{y}}"))
    return text


def _decimals(value: str) -> str:
    text = value.strip()
    if text and text not in MOST_DECIMALS:
        raise ValueError(Phrase("a number of decimals from 0 to 7, or nothing for no limit"))
    return text


def _basemap(value: str) -> str:
    text = value.strip().lower()
    if text and text not in BASEMAPS:
        raise ValueError(Phrase("one of {names}", names=", ".join(BASEMAPS)))
    return text


def _key(value: str) -> str:
    text = value.strip()
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,100}", text):
        raise ValueError(Phrase("a key has letters, digits, hyphens and low lines"))
    return text


MOST_DECIMALS = tuple("01234567")
BASEMAPS = ("none", "osm", "tianditu", "amap", "url", "pmtiles")

KNOWN: dict[str, Known] = {
    "public_address": Known("address of the public site; printed on tags", _address),
    "register_name": Known("name of the register, in Chinese", _text, "古树名木名册"),
    "register_name_en": Known("name of the register, in English", _text, "Register of ancient trees"),
    "duty_phone": Known("duty telephone printed on tags and shown on scan pages", _phone),
    "duty_mail": Known("duty mail address shown on scan pages", _mail),
    "jurisdiction": Known("jurisdiction of the register, such as cn-shanxi", _text),
    "basemap": Known("base map below the trees: none, osm, tianditu, amap, url or pmtiles", _basemap),
    "basemap_url": Known("tile address of a base map; empty for none", _tiles),
    "basemap_key": Known("key of the base map's provider; readers' browsers see it", _key),
    "basemap_attribution": Known("whose base map it is, as its terms want it said", _text),
    "public_position_decimals": Known(
        "decimals of published positions in Chinese jurisdictions; empty for no limit", _decimals
    ),
    "map_review_no": Known("map review number (审图号) shown on every map", _text),
    "demonstration": Known("yes: everything printed says SAMPLE", _yes_no, "no"),
    "editions_kept": Known("how many editions stay open to readers, the newest included", _count, "12"),
    "second_factor_demanded": Known("yes: administrators sign in with a second factor", _yes_no, "no"),
    "job_results_kept": Known("for how many days the desk keeps uploads and results of jobs", _count, "30"),
    "species_list": Known("your own list of species (CSV), on top of the one that comes along", _file),
    "division_changes": Known("your own list of changed divisions (CSV)", _file),
    "boundaries": Known("your own boundaries of divisions (GeoJSON or GeoPackage, in degrees)", _file),
    "boundary_code": Known("the property of the boundaries that holds the code", _text),
    "boundary_name": Known("the property of the boundaries that holds the name", _text),
}
KNOWN_FILES = tuple(name for name, known in KNOWN.items() if known.check is _file)
"""Settings that name a file of the office's own: a backup takes it along."""


def get_setting(session: Session, name: str) -> str:
    """The value of `name`, or its default. Raises SettingUnknownError."""
    known = _known(name)
    row = session.get(Setting, name)
    return row.value if row else known.default


def set_setting(session: Session, name: str, value: str) -> str:
    """Set `name`; returns the text as kept. Raises SettingUnknownError, SettingInvalidError."""
    known = _known(name)
    try:
        kept = known.check(value)
    except ValueError as error:
        raise SettingInvalidError(name=name, value=value, reason=error.args[0]) from error
    session.merge(Setting(name=name, value=kept))
    return kept


def all_settings(session: Session) -> dict[str, str]:
    """Every setting with its value or default, by name."""
    rows = {row.name: row.value for row in session.exec(select(Setting)).all()}
    return {name: rows.get(name, known.default) for name, known in KNOWN.items()}


def _known(name: str) -> Known:
    if name not in KNOWN:
        raise SettingUnknownError(name=name, known=list(KNOWN))
    return KNOWN[name]
