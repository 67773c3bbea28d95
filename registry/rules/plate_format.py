"""The format of a plate template: what may stand in its file, checked whole before anything is printed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.errors import Phrase
from registry.export_errors import PlateTemplateError
from registry.plate_records import ARRANGEMENTS, KINDS, LOOKS, PLACES, PlateField, PlateTemplate
from registry.vocab.labels import Label
from registry.vocab.rule_words import CONFIDENCES, PLATE_FIELDS, STANDINGS

MORE_FIELDS: dict[str, Label] = {
    "authority": Label("主管部门", "authority"),
    "name_en": Label("英文名", "English name"),
    "common_name": Label("俗名", "local name"),
    "category": Label("类别", "category"),
    "place": Label("地点", "place"),
    "growth_place": Label("生长场所", "setting"),
    "planted_by": Label("栽植人", "planted by"),
    "planted_year": Label("栽植年份", "planted in"),
    "story": Label("历史传说", "story"),
    "hung_by": Label("挂牌单位", "hung by"),
    "hung_on": Label("挂牌日期", "hung on"),
    "code": Label("编码", "code"),
    "written_number": Label("编号", "number"),
}
"""Fields of a plate beside those that rule packs name."""
FIELDS: dict[str, Label] = {
    name: label for name, label in PLATE_FIELDS.items() if name != "qr_code"
} | MORE_FIELDS
LEAST_SIDE_MM, MOST_SIDE_MM = 15.0, 1200.0
LEAST_PT, MOST_PT = 4.0, 200.0
HEAD = frozenset(
    {"id", "title_zh", "title_en", "jurisdiction", "rulepack", "citation", "confidence", "standing", "kinds"}
    | {"sizes_mm", "arrangement", "look", "heading_zh", "heading_en", "qr_share", "note_zh", "note_en"}
    | {"says_never_nail", "fields"}
)
FIELD = frozenset(
    {"field", "place", "label", "label_zh", "label_en", "most_pt", "least_pt", "lines", "bilingual", "joined"}
    | {"write_in", "may_fall"}
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Reader:
    """One table of the file; `at` is where it stands, for errors."""

    file: str
    at: str
    found: Mapping[str, Any]

    def refuse(self, key: str, reason: Phrase) -> PlateTemplateError:
        return PlateTemplateError(file=self.file, key=self.at + key, reason=reason)

    def only(self, known: frozenset[str]) -> None:
        for key in self.found:
            if key not in known:
                raise self.refuse(key, Phrase("there is no such key; known are {known}", known=sorted(known)))

    def text(self, key: str, default: str | None = None) -> str:
        value = self.found.get(key, default)
        if value is None:
            raise self.refuse(key, Phrase("it is missing"))
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.refuse(key, Phrase("it must be a text"))
        return value.strip()

    def word(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in known:
            raise self.refuse(key, Phrase("{value} is not one of {known}", value=value, known=list(known)))
        return value

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        return self.checked(key, self.found.get(key, default), low, high)

    def checked(self, key: str, value: Any, low: float, high: float) -> float:
        if value is None:
            raise self.refuse(key, Phrase("it is missing"))
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            told = Phrase("it must be a number from {low} to {high}", low=f"{low:g}", high=f"{high:g}")
            raise self.refuse(key, told)
        return float(value)

    def flag(self, key: str) -> bool:
        value = self.found.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, Phrase("it must be true or false"))
        return value

    def label(self, stem: str) -> Label | None:
        if not {f"{stem}_zh", f"{stem}_en"} & self.found.keys():
            return None
        return Label(self.text(f"{stem}_zh"), self.text(f"{stem}_en"))

    def list(self, key: str) -> list[Any]:
        value = self.found.get(key)
        if value is None or value == []:
            raise self.refuse(key, Phrase("it is missing"))
        if not isinstance(value, list):
            raise self.refuse(key, Phrase("it must be a list"))
        return value


def template_from(found: Mapping[str, Any], file: str) -> PlateTemplate:
    """The template that a parsed TOML file describes. Raises PlateTemplateError with the file and the key."""
    head = _Reader(file, "", found)
    head.only(HEAD)
    name = head.text("id")
    if not _SLUG.fullmatch(name):
        raise head.refuse("id", Phrase("it must be lower-case letters, digits and hyphens"))
    arrangement = head.word("arrangement", ARRANGEMENTS)
    return PlateTemplate(
        id=name,
        title=Label(head.text("title_zh"), head.text("title_en")),
        jurisdiction=head.text("jurisdiction", ""),
        citation=head.text("citation"),
        confidence=head.word("confidence", tuple(CONFIDENCES)),
        standing=head.word("standing", tuple(STANDINGS)),
        kinds=_kinds(head),
        sizes_mm=_sizes(head),
        arrangement=arrangement,
        fields=_fields(head),
        look=head.word("look", LOOKS, "printed"),
        rulepack=head.text("rulepack", ""),
        heading=head.label("heading"),
        qr_share=head.number("qr_share", 0, 0.7, 0.49),
        note=head.label("note"),
        says_never_nail=head.flag("says_never_nail"),
    )


def _kinds(head: _Reader) -> tuple[str, ...]:
    kinds = head.list("kinds")
    for kind in kinds:
        if kind not in KINDS:
            raise head.refuse("kinds", Phrase("{value} is not one of {known}", value=kind, known=list(KINDS)))
    return tuple(kinds)


def _sizes(head: _Reader) -> tuple[tuple[float, float], ...]:
    sizes = []
    for place, size in enumerate(head.list("sizes_mm"), start=1):
        key = f"sizes_mm[{place}]"
        if not isinstance(size, list) or len(size) != 2:
            raise head.refuse(key, Phrase("it must be a width and a height in millimetres"))
        wide, high = (head.checked(key, side, LEAST_SIDE_MM, MOST_SIDE_MM) for side in size)
        sizes.append((wide, high))
    return tuple(sizes)


def _fields(head: _Reader) -> tuple[PlateField, ...]:
    made: list[PlateField] = []
    for place, row in enumerate(head.list("fields"), start=1):
        if not isinstance(row, dict):
            raise head.refuse("fields", Phrase("it must be a list of tables"))
        made.append(_field(_Reader(head.file, f"fields[{place}].", row)))
        if [each.field for each in made].count(made[-1].field) > 1:
            raise head.refuse("fields", Phrase("{code} stands there twice", code=made[-1].field))
    return tuple(made)


def _field(row: _Reader) -> PlateField:
    row.only(FIELD)
    name = row.word("field", tuple(FIELDS))
    label = row.label("label")
    if label is None and row.flag("label"):
        label = FIELDS[name]
    most = row.number("most_pt", LEAST_PT, MOST_PT, 8)
    return PlateField(
        field=name,
        place=row.word("place", PLACES),
        label=label,
        most_pt=most,
        least_pt=row.number("least_pt", LEAST_PT, most, min(5.4, most)),
        lines=int(row.number("lines", 1, 60, 2)),
        is_bilingual=row.flag("bilingual"),
        is_joined=row.flag("joined"),
        is_write_in=row.flag("write_in"),
        may_fall=row.flag("may_fall"),
    )
