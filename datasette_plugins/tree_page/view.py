"""What every part of a tree's page is written with: the file, the reader's language, small pieces of HTML.

All functions here and beside that return `str` for a page return HTML: whatever was recorded is escaped.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from markupsafe import escape

from datasette_plugins.site.place_names import joint, lang_of, place_names, place_text
from datasette_plugins.site.visits import Visit
from datasette_plugins.tree_page.loading import TreeFile
from registry.vocab import sentences
from registry.vocab.language import Translator

Name = tuple[str, str]
"""A text and its language, as HTML names it."""


_SPECIAL = re.compile("[&<>\"']").search


def esc(text: Any) -> str:
    """`text`, escaped for HTML; quick where there is nothing to escape."""
    told = text if type(text) is str else str(text)
    return str(escape(told)) if _SPECIAL(told) else told


def span(name: Name, css: str = "") -> str:
    """A text in its own language."""
    kind = f'class="{css}" ' if css else ""
    return f'<span {kind}lang="{name[1]}">{esc(name[0])}</span>'


def line(label: str, value: str) -> str:
    """One line of a `dl.lines`; `value` is HTML."""
    return f"<div><dt>{esc(label)}</dt><dd>{value}</dd></div>"


@dataclass
class View:
    """One tree's file for one reader. `edition`: the facts of the edition.

    zh: the Chinese name, the tree's or that of its species (in the reader's characters if it can be); en and
    latin: the others; name: what the tree is called here; places: its divisions, largest first.
    """

    visit: Visit
    file: TreeFile
    edition: dict[str, str]

    def __post_init__(self) -> None:
        self.t: Translator = self.visit.translator
        self.tree = self.file.tree
        self.doubts: dict[str, str] = {
            flag["field"]: sentences.flag_sentence(self.t, flag["check"], flag["field"], flag["value"])
            for flag in reversed(self.file.flags)
        }
        tree, species = self.tree, self.file.species or {}
        self.zh = self._zh()
        english, latin = tree["name_en"] or species.get("name_en"), tree["name_latin"]
        self.en: Name | None = (english, "en") if english else None
        self.latin: Name | None = (latin, "la") if latin else None
        self.name = self._name()
        recorded, translated = tree["division_path"], tree["division_path_en"]
        self.places = place_names(self.t, recorded, translated, tree["text_lang"], tree["jurisdiction"])

    def _zh(self) -> Name | None:
        tree, species = self.tree, self.file.species or {}
        if tree["name_zh"]:
            return tree["name_zh"], tree["name_zh_lang"] or "zh-Hans"
        known = [(species.get("name_hans"), "zh-Hans"), (species.get("name_hant"), "zh-Hant")]
        if self.t.html_lang == "zh-Hant":
            known.reverse()
        return next(((text, lang) for text, lang in known if text), None)

    def _name(self) -> Name:
        tree = self.tree
        first = (self.en, self.zh) if self.t.lang == "en" else (self.zh, self.en)
        if known := first[0] or first[1] or self.latin:
            return known
        local = tree["common_name"] or tree["name_verbatim"]
        return (local, tree["text_lang"]) if local else (self.t.gettext("Unnamed tree"), self.t.html_lang)

    @property
    def place(self) -> str:
        """The divisions as one text."""
        return place_text(self.t, self.places)

    def place_html(self) -> str:
        """The divisions, each in its language."""
        return joint(self.t).join(map(span, self.places))

    @cached_property
    def register(self) -> str:
        """What the register is called."""
        name = "register_name_en" if self.t.lang == "en" else "register_name"
        return self.edition.get(name) or self.t.gettext("Gushu ancient tree register")

    @cached_property
    def address(self) -> str:
        """The lasting address of the page, in the default language; without a host where none is set."""
        return f"{self.edition.get('public_address', '').rstrip('/')}/tree/{self.tree['path']}"

    @cached_property
    def mail(self) -> str:
        """A link that begins a letter about this tree to those who keep it; "" where they have no mail."""
        mail = self.file.authority.get("duty_mail")
        if not mail:
            return ""
        subject = quote(f"{self.tree['tree_no']} {self.name[0]}", safe="")
        return f"mailto:{quote(mail, safe='@')}?subject={subject}"

    def recorded(self, text: str, near: str = "") -> str:
        """Recorded words with the language they are in."""
        return span((text, lang_of(text, near or self.tree["text_lang"], self.tree["jurisdiction"])))

    def doubt(self, *fields: str) -> str:
        """A mark behind a value that a check did not pass; "" for any other."""
        if not self.doubts:
            return ""
        said = next((self.doubts[field] for field in fields if field in self.doubts), None)
        if said is None:
            return ""
        word = self.t.gettext("doubtful")
        return f' <a class="doubt" href="#flags" title="{esc(said)}">{word}</a>'

    def size(self, field: str, digits: int = 1) -> str:
        """A size of the tree with its unit, or that the source does not say."""
        value = self.tree[field]
        if value is None:
            return self.unknown()
        return f"{self.t.number(value, digits)} {self.t.unit(field)}{self.doubt(field)}"

    def unknown(self) -> str:
        """That something is not known, and why."""
        return f'<span class="unknown">—</span> <small>{self.t.gettext("the source does not say")}</small>'

    def texts(self, *fields: str) -> str:
        """Lines of recorded texts that are there."""
        tree = self.tree
        found = ((field, tree[field]) for field in fields)
        return "".join(line(self.t.label(field), self.recorded(str(text))) for field, text in found if text)

    def words(self, **fields: Any) -> str:
        """Lines of codes that are there; `fields` says which list has their words."""
        tree, t = self.tree, self.t
        return "".join(
            line(t.label(field), esc(t.word(words, tree[field])))
            for field, words in fields.items()
            if tree[field]
        )
