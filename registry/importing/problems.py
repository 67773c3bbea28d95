"""What can be wrong with one row: a reason and a remedy for each, in words a registrar can act on."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; `reason` and `remedy` are sentences for `Translator.gettext`."""

    reason: str
    remedy: str


KINDS: dict[str, Kind] = {
    "number_missing": Kind("the tree has no number", "give the row a number, or leave the row out"),
    "number_twice": Kind(
        "the number stands in row {first} already, with other content",
        "find out which row is right and remove the other",
    ),
    "number_malformed": Kind(
        "this is no number of the scheme {scheme}",
        "write the number as it was allotted, as text, or name another number_scheme in the mapping",
    ),
    "number_damaged": Kind(
        "a spreadsheet changed this number: its last digits are lost",
        "ask for the original list and format the column as text; a number that truly ends in 0 is written "
        "with an apostrophe before it",
    ),
    "day_impossible": Kind("this day is not between {first} and today", "correct the year"),
    "not_a_number": Kind(
        "this is not a number", "write digits with a decimal point, or leave the cell empty"
    ),
    "not_positive": Kind("a size must be greater than 0", "leave the cell empty where nothing was measured"),
    "out_of_bounds": Kind(
        "the value is outside what is possible ({bounds})", "check the unit and the column"
    ),
    "not_a_date": Kind(
        "this is not a date written like {example}",
        "correct the cell, or say under `date` in the mapping how days are written",
    ),
    "not_in_vocabulary": Kind(
        "the list of this column does not have this word",
        "write one of {known}, or add the word to the vocabulary in the mapping",
    ),
    "left_out": Kind("the mapping leaves such rows out: {why}", "nothing, unless the mapping is wrong here"),
    "unit_missing": Kind(
        "the cell should name its unit and does not", "write the unit behind the number, such as 3.2 m"
    ),
    "not_a_year": Kind("this is not a year", "write four digits, or leave the cell empty"),
    "not_a_position": Kind(
        "this is not a position ({detail})",
        "write degrees with a decimal point, or degrees, minutes and seconds",
    ),
    "position_elsewhere": Kind(
        "this position cannot be one of the datum that the mapping names ({detail})",
        "check both numbers and their columns, and ask which datum the file uses",
    ),
    "half_position": Kind("only one of longitude and latitude is given", "give both, or neither"),
    "cells_missing": Kind(
        "the row has {found} cells and the header {expected}: the file may be cut off here",
        "get the whole file again, or complete the row",
    ),
    "cells_extra": Kind(
        "the row has {found} cells and the header only {expected}",
        "put a text that holds a comma between quotation marks, or give the last columns a header",
    ),
    "unreadable_characters": Kind(
        "the text has characters that cannot be shown ({found})", "type the text again in the source"
    ),
    "too_long": Kind(
        "the text is longer than {limit} characters", "shorten it, or put it into another column"
    ),
    "invalid": Kind("the value does not fit its field ({detail})", "correct the cell"),
}


class RowProblem(Exception):
    """One row cannot be taken in. `kind` is a key of KINDS."""

    def __init__(self, kind: str, column: str, value: object, **facts: object) -> None:
        super().__init__(kind)
        self.kind, self.column, self.value, self.facts = kind, column, value, facts


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was not taken in, with the place, the reason and the whole row as it was read."""

    file: str
    row: int
    column: str
    value: str
    kind: str
    facts: dict[str, object] = field(default_factory=dict)
    cells: dict[str, object] = field(default_factory=dict)
