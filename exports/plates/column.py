"""The column of a plate's texts: names above, facts, notes and number below, as large as fits together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exports.fonts import Fonts
from exports.kit import INK, SOFT
from exports.plates.frames import Frame
from exports.plates.primitives import PT, TextRole
from exports.plates.typeset import (
    BESIDE,
    BOTH,
    SHRINK,
    WRITE_IN,
    Block,
    Rows,
    Setting,
    set_block,
    set_rows,
)
from exports.plates.words import Said, Sayings, never_nail
from registry.plate_records import PlateTemplate
from registry.vocab.language import Translator

KEPT = 1_000
"""So many of each kind of thing that is worked out are remembered at one time: memory stays flat."""
ABOVE_FACTS, ABOVE_NOTE, ABOVE_NUMBER = 1.4, 1.2, 0.9
"""Free space above them on a plate of 90 × 60 mm."""


@dataclass(frozen=True, slots=True)
class Column:
    """What hangs in the column. number: what stands at its foot. left_out: fields that had to go."""

    upper: tuple[Setting, ...]
    lower: tuple[Setting, ...]
    number: tuple[Setting, ...]
    left_out: tuple[str, ...] = ()

    @property
    def below(self) -> float:
        """Height of what stands at the foot."""
        return sum(setting.height for setting in (*self.lower, *self.number))


class ColumnSetter:
    """Sets the columns of plates of one template and size."""

    def __init__(self, template: PlateTemplate, frame: Frame, language: Translator, fonts: Fonts) -> None:
        self._template, self._frame, self._fonts = template, frame, fonts
        self._hint = never_nail(language) if template.says_never_nail else ""
        self._is_engraved = template.look == "engraved"
        self._soft = INK if self._is_engraved else SOFT
        self._serif: TextRole = "sans" if self._is_engraved else "serif"
        self._known: dict[tuple[Block | Rows, float], Setting | None] = {}

    def set(self, sayings: Sayings, *, has_seal: bool) -> Column | None:
        """The column of one plate; None where it does not fit at the smallest sizes.

        Notes that may fall go one after the other, the last first, until the rest fits.
        """
        notes = list(sayings["note"])
        gone: list[str] = []
        while True:
            found = self._fit({**sayings, "note": notes}, has_seal)
            if found is not None:
                return Column(found.upper, found.lower, found.number, tuple(gone)) if gone else found
            falling = next((said for said in reversed(notes) if said.field.may_fall), None)
            if falling is None:
                return None
            notes.remove(falling)
            gone.append(falling.field.field)

    def _fit(self, sayings: Sayings, has_seal: bool) -> Column | None:
        frame = self._frame
        left, foot, right, top = frame.column
        beside = has_seal and frame.seal is None
        room = right - left
        names = list(self._names(sayings, has_seal=has_seal))
        facts = self._facts(sayings, room - (frame.seal_side + 2 * frame.unit if beside else 0.0))
        after = list(self._notes(sayings, room))
        numbers = [self._number(said, room) for said in sayings["number"]]
        for share in SHRINK:
            column = self._at(share, names, [*facts, *after], numbers)
            if column is None:
                continue
            high = sum(setting.height for setting in column.upper) + column.below
            if beside:
                low = sum(setting.height for setting in column.lower)
                high += max(0.0, frame.seal_side + frame.unit - low)
            if high <= top - foot:
                return column
        return None

    def _at(
        self, share: float, names: Sequence[Block], lower: Sequence[Block | Rows], numbers: Sequence[Block]
    ) -> Column | None:
        """The column at a share of its sizes; None where one text does not fit its own room."""
        groups: list[tuple[Setting, ...]] = []
        for blocks in (names, lower, numbers):
            settings = [self._set_one(block, share) for block in blocks]
            if any(setting is None for setting in settings):
                return None
            groups.append(tuple(setting for setting in settings if setting is not None))
        return Column(groups[0], groups[1], groups[2])

    def _set_one(self, block: Block | Rows, share: float) -> Setting | None:
        key = block, share
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.clear()
            if isinstance(block, Rows):
                self._known[key] = set_rows(self._fonts, block, share)
            else:
                self._known[key] = set_block(self._fonts, block, share)
        return self._known[key]

    def _names(self, sayings: Sayings, *, has_seal: bool) -> Iterator[Block]:
        """The names there are: the first is the large one."""
        frame, unit = self._frame, self._frame.unit
        room = frame.column[2] - frame.column[0]
        if has_seal and frame.is_seal_in_column:
            room -= frame.seal_side + 1.5 * unit
        is_first = True
        for said in self._named(sayings):
            field = said.field
            most, least, lines = field.most_pt, field.least_pt, field.lines
            role, colour = self._serif, INK
            if field.field == "name_latin":
                role = "italic"
            elif field.field == "name_en" and not is_first:
                role, colour = "sans", self._soft
            if is_first and field.field != "name_zh" and frame.plaque is None:
                most, least, lines = max(most, 18), max(least, 8), max(lines, 3)
            above = 0.0 if is_first else 0.16 * most * unit * PT
            text = said.value.replace(BOTH, BESIDE)
            yield Block(text, role, most * unit, least, lines, room, above, colour)
            is_first = False

    def _named(self, sayings: Sayings) -> list[Said]:
        """The names of the column: the Chinese one may stand on the board."""
        on_board = self._frame.plaque is not None
        return [said for said in sayings["name"] if not (on_board and said.field.field == "name_zh")]

    def _facts(self, sayings: Sayings, room: float) -> list[Block | Rows]:
        """Rows of label and value, or lines one under the other where no field has a label."""
        facts, unit = sayings["fact"], self._frame.unit
        if not facts:
            return []
        most = max(said.field.most_pt for said in facts) * unit
        least = min(said.field.least_pt for said in facts)
        if any(said.label for said in facts):
            rows = tuple((said.label, said.value, said.field.lines) for said in facts)
            return [Rows(rows, most, least, room, ABOVE_FACTS * unit, self._soft)]
        text = "\n".join(said.value.replace(BOTH, BESIDE) for said in facts if said.value != WRITE_IN)
        lines = sum(said.field.lines for said in facts)
        return [Block(text, "sans", most, least, lines, room, ABOVE_FACTS * unit, self._soft, 0.95)]

    def _notes(self, sayings: Sayings, room: float) -> Iterator[Block]:
        above = ABOVE_NOTE * self._frame.unit
        for said in sayings["note"]:
            field, most = said.field, said.field.most_pt * self._frame.unit
            text = said.value.replace(BOTH, "\n")
            yield Block(text, "sans", most, field.least_pt, field.lines, room, above, INK, 0.9)
        if self._hint:
            size = 6 * self._frame.unit
            yield Block(self._hint, "sans", size, min(5, size), 3, room, above, self._soft)

    def _number(self, said: Said, room: float) -> Block:
        field, unit = said.field, self._frame.unit
        text = f"{said.label} {said.value}".strip()
        return Block(
            text, "sans", field.most_pt * unit, field.least_pt, field.lines, room, ABOVE_NUMBER * unit
        )
