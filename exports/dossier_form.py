"""The survey form of the tree (每木调查表): which fields stand where, in the order of the official form."""

from collections.abc import Sequence

from exports.dossier_text import Said
from exports.flow import Flow
from exports.form import FormCell, FormSection, draw_form
from registry.vocab.language import Translator

LABEL_WIDTH = {"zh": 62.0, "en": 70.0}


def draw_survey_form(flow: Flow, said: Said) -> None:
    """Draw the form with everything that the record says; what it does not say is named too."""
    sections = [_form_section(said, title, rows) for title, rows in _form_plan(said.t)]
    draw_form(flow, sections, label_width=LABEL_WIDTH[said.t.lang])


def _form_plan(t: Translator) -> list[tuple[str, tuple[str, ...]]]:
    """The form's sections and the fields of their rows, in the order of the official form."""
    _ = t.gettext
    return [
        (
            _("Basics"),
            ("tree_no number_scheme", "aliases", "category status distribution", "authority jurisdiction"),
        ),
        (
            _("Species"),
            ("name_zh name_latin", "family genus common_name", "name_verbatim latin_verbatim name_en"),
        ),
        (_("Age and grade"), ("age_years age_method age_as_of", "protection_grade grade_scheme", "listing")),
        (
            _("Place and setting"),
            (
                "division town",
                "village small_place",
                "address",
                "growth_place lon lat",
                "datum coordinate_uncertainty_m position_precision",
            ),
        ),
        (
            _("Site conditions"),
            ("elevation_m slope_position slope", "aspect soil soil_compaction", "soil_depth environment"),
        ),
        (
            _("Sizes and vigour"),
            (
                "height_m girth_cm diameter_cm",
                "crown_m ground_girth_cm ground_diameter_cm",
                "crown_ew_m crown_ns_m measure_height_m",
                "vigour vigour_scale measured_on",
            ),
        ),
        (_("Damage and threats"), ("damage threats",)),
        (_("State of protection"), ("ownership steward surveyor", "protection_measures rejuvenation")),
        (_("Values of the tree"), ("values", "peculiarity", "history_text")),
    ]


def _form_section(said: Said, title: str, rows: Sequence[str]) -> FormSection:
    """A section with its cells; rows of which nothing is known are gathered into one that names them."""
    names = [name for row in rows for name in row.split()]
    cells = {name: said.cell(name, _own_labels(said.t).get(name)) for name in names}
    known: list[Sequence[FormCell]] = []
    unknown: list[FormCell] = []
    for row in rows:
        line = [cells[name] for name in row.split()]
        if all(cell.is_empty for cell in line):
            unknown.extend(line)
        else:
            known.append(line)
    return FormSection(title, [*known, *_collapsed(said, unknown)])


def _collapsed(said: Said, cells: Sequence[FormCell]) -> list[list[FormCell]]:
    """Empty cells as one for each reason, which names them."""
    comma = said.t.gettext(", ")
    reasons: dict[str, list[str]] = {}
    for cell in cells:
        reasons.setdefault(cell.value, []).append(cell.label)
    return [[FormCell(reason, comma.join(labels), is_empty=True)] for reason, labels in reasons.items()]


def _own_labels(t: Translator) -> dict[str, str]:
    """Labels of fields that only the form has."""
    _ = t.gettext
    return {
        "age_method": _("Method of ageing"),
        "age_as_of": _("As of"),
        "grade_scheme": _("Graded by"),
        "latin_verbatim": _("Latin as recorded"),
    }
