"""What the fields of a template say for one tree."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from exports.plates.typeset import BESIDE, BOTH, WRITE_IN
from registry.plate_records import PLACES, PlateField, PlateTemplate
from registry.records import TagContent
from registry.vocab.language import Translator

SAMPLE = ("样张", "SAMPLE")
GAP = "　"
"""Between what stands side by side at the foot."""
_OWN = {
    "name_zh": "name_zh",
    "name_latin": "name_latin",
    "name_en": "name_en",
    "tree_no": "tree_no",
    "age_years": "age_text",
    "place": "place",
    "duty_phone": "duty_phone",
    "code": "code",
}
"""Fields of a template that a tag holds by itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a field says. label: the words before it, "" for none; `value` is WRITE_IN for an empty line."""

    field: PlateField
    label: str
    value: str


Sayings = dict[str, list[Said]]
"""What a plate says, by place."""


class Speaker:
    """Says what a template's fields say of one tree after the other."""

    def __init__(self, template: PlateTemplate, language: Translator) -> None:
        self._language = language
        self._rows: list[tuple[PlateField, PlateField, str]] = []
        """Each field, the field that begins its row, and the label of that one."""
        for field in template.fields:
            row = self._rows[-1][1] if field.is_joined and self._rows else field
            self._rows.append((field, row, label_of(row, language)))

    def say(self, content: TagContent) -> Sayings:
        """The fields in their order, by place of the plate; those of which nothing is known are left out."""
        found: Sayings = {place: [] for place in PLACES}
        for field, row, label in self._rows:
            said = found[field.place]
            value = value_of(content, field, self._language)
            if row is not field and value and said and said[-1].field is row:
                said[-1] = Said(row, said[-1].label, f"{said[-1].value} {value}")
            elif value:
                said.append(Said(row, label, value))
            elif field.is_write_in:
                said.append(Said(field, label_of(field, self._language), WRITE_IN))
        return found


def value_of(content: TagContent, field: PlateField, language: Translator) -> str:
    """What a tag says in a field, "" where nothing is known."""
    if field.field == "authority" or (field.field == "hung_by" and "hung_by" not in content.texts):
        chosen = (content.authority_zh, content.authority_en)
        ours = chosen[language.lang == "en"] or chosen[language.lang != "en"]
        return _both(*chosen) if field.is_bilingual else ours
    if field.field == "protection_grade" and not content.grade_label:
        field = replace(field, field="category")
    if field.field == "protection_grade":
        value = content.grade_label or ""
    elif own := _OWN.get(field.field):
        value = getattr(content, own) or ""
    else:
        value = content.texts.get(field.field, "")
    if not field.is_bilingual:
        return value
    texts = content.texts
    return _both(texts.get(f"{field.field}_zh", value), texts.get(f"{field.field}_en", ""))


def label_of(field: PlateField, language: Translator) -> str:
    """The words before a field."""
    if field.label is None:
        return ""
    if not field.is_bilingual:
        return language.pick(field.label)
    return f"{language.ours(field.label.zh, field.label.zh)} {field.label.en}"


def heading_of(template: PlateTemplate, language: Translator) -> str:
    """The large words at the top."""
    return language.pick(template.heading) if template.heading else ""


def foot_of(sayings: Sayings, template: PlateTemplate, language: Translator) -> tuple[str, bool]:
    """The line at the foot, and whether it holds a telephone: that is larger. Where nothing is to be said
    there, it invites to scan."""
    parts, has_phone = [], False
    for said in sayings["foot"]:
        if said.field.field == "duty_phone":
            parts.append(language.gettext("Duty phone {phone}", phone=said.value))
            has_phone = True
        elif said.value != WRITE_IN:
            parts.append(f"{said.label} {said.value}".strip())
    invited = language.gettext("Scan to read this tree's story") if template.qr_share else ""
    return GAP.join(parts) or invited, has_phone


def never_nail(language: Translator) -> str:
    """How a plate is hung, for whoever prints and hangs it."""
    return language.gettext(
        "Hang it on a spring or strap that gives way to growth; never nail it to the tree."
    )


def plate_texts(content: TagContent, template: PlateTemplate, language: Translator) -> Iterator[str]:
    """Every text that may be drawn on the plate, for `prepare_fonts`."""
    sayings = Speaker(template, language).say(content)
    yield from (*SAMPLE, heading_of(template, language), foot_of(sayings, template, language)[0])
    yield from (content.code, content.grade or "", BESIDE)
    for place in ("head", "name", "fact", "note", "number"):
        for said in sayings[place]:
            yield said.label
            yield said.value.replace(BOTH, "")
    if template.says_never_nail:
        yield never_nail(language)


def _both(zh: str, en: str) -> str:
    """Chinese, then English; one of them where they are the same or one is not known."""
    return BOTH.join(dict.fromkeys(filter(None, (zh, en))))
