"""Plates as plain, frozen data: what a template asks for, and a plate that is laid out and ready to draw."""

from dataclasses import dataclass

from registry.vocab.labels import Label

TREE, GROVE, BLANK = "tree", "grove", "blank"
KINDS = (TREE, GROVE, BLANK)
"""What a template may be for."""
LOOKS = ("printed", "engraved")
ARRANGEMENTS = ("house", "form", "visitor", "code")
PLACES = ("head", "name", "fact", "note", "number", "foot")


@dataclass(frozen=True, slots=True)
class PlateField:
    """One thing that a plate says.

    field: a key of `PLATE_FIELDS` (registry/vocab/rule_words.py), of `TagContent.texts`, or "authority".
    place: where it stands (see PLACES). label: the words before it; None for the bare value.
    most_pt, least_pt: type size wanted on a plate of 90 × 60 mm (it grows with the plate), and the smallest
    that is printed on any. lines: at most so many. is_bilingual: Chinese first, English beside or below.
    is_joined: it stands in one row with the field before it (family and genus).
    is_write_in: an empty line to write on where the value is not known. may_fall: it is left out, and told,
    where there is no room for it; any other text that does not fit is an error.
    """

    field: str
    place: str
    label: Label | None = None
    most_pt: float = 8.0
    least_pt: float = 5.4
    lines: int = 2
    is_bilingual: bool = False
    is_joined: bool = False
    is_write_in: bool = False
    may_fall: bool = False


@dataclass(frozen=True, slots=True)
class PlateTemplate:
    """A kind of plate: its fields in their order, its look, and what it rests on.

    arrangement: "house" (ours), "form" (rows of label and value), "visitor" (a board with the name beside),
    "code" (the QR code and little else). sizes_mm: sizes it is made for, the usual one first; others are
    free. qr_share: how much of the plate's width (or height) the QR code may take, 0 where there is none.
    rulepack: id of the rule pack whose `[plate] fields` it follows. heading: large words at the top.
    standing, confidence: as in rule packs. note: for whoever chooses it.
    """

    id: str
    title: Label
    jurisdiction: str
    citation: str
    confidence: str
    standing: str
    kinds: tuple[str, ...]
    sizes_mm: tuple[tuple[float, float], ...]
    arrangement: str
    fields: tuple[PlateField, ...]
    look: str = "printed"
    rulepack: str = ""
    heading: Label | None = None
    qr_share: float = 0.49
    note: Label | None = None
    says_never_nail: bool = False
    """Whether "never nailed" stands on the plate itself."""

    @property
    def size_mm(self) -> tuple[float, float]:
        """The usual width and height in millimetres."""
        return self.sizes_mm[0]

    @property
    def asked(self) -> tuple[str, ...]:
        """Names of the fields that it asks for, in their order, the QR code last."""
        return (*dict.fromkeys(each.field for each in self.fields), *(("qr_code",) if self.qr_share else ()))
