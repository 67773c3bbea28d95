"""The survey form of the tree (每木调查表): which fields stand where, in the order of the official form."""

from collections.abc import Sequence

from exports.dossier_text import Said
from exports.flow import Flow
from exports.form import FormCell, FormSection, draw_form
from registry.vocab.language import Translator

LABEL_WIDTH = {"zh": 62.0, "en": 70.0}


def draw_survey_form(flow: Flow, said: Said) -> None:
    """Draw the form with everything that the record says; what it does not say is named too."""
    sections = [form_section(said, title, rows) for title, rows in _form_plan(said.t)]
    draw_form(flow, sections, label_width=LABEL_WIDTH[said.t.lang])


def _form_plan(t: Translator) -> list[tuple[str, tuple[str, ...]]]:
    """The form's sections and the fields of their rows, in the order of the official form.

    A field with a question mark is asked by few forms: it has a cell only where the record says something.
    """
    _ = t.gettext
    return [
        (
            _("Basics"),
            (
                "tree_no number_scheme",
                "aliases",
                "category status distribution",
                "authority jurisdiction",
                "?census_scope ?survey_serial ?feature_code",
                "?grove_no ?garden_no ?place_no",
                "?is_key_state_forest ?forest_group ?forest_bureau ?forest_farm",
            ),
        ),
        (
            _("Species"),
            (
                "name_zh name_latin",
                "family genus common_name",
                "name_verbatim latin_verbatim name_en",
                "?species_record",
            ),
        ),
        (
            _("Age and grade"),
            (
                "age_years age_method age_as_of",
                "?ages",
                "?planted_year ?planted_by",
                "protection_grade grade_scheme ?famous_category",
                "listing",
                "?is_in_timber_plantation",
            ),
        ),
        (
            _("Place and setting"),
            (
                "division town",
                "village small_place",
                "address",
                "growth_place lon lat",
                "datum ?datum_code coordinate_uncertainty_m position_precision",
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
                "?crown_n_m ?crown_e_m",
                "?crown_s_m ?crown_w_m",
                "?stem_count ?stem_girths",
                "vigour vigour_scale measured_on",
            ),
        ),
        (
            _("Damage and threats"),
            ("damage threats", "?condition ?added_reason", "?removal_reason ?death_disposal"),
        ),
        (
            _("State of protection"),
            (
                "ownership steward surveyor",
                "?lead ?cooperating",
                "?department ?has_care_agreement",
                "protection_measures rejuvenation",
            ),
        ),
        (_("Values of the tree"), ("values", "?values_note", "peculiarity", "history_text", "?photo_note")),
    ]


def form_section(said: Said, title: str, rows: Sequence[str]) -> FormSection:
    """A section with its cells; rows of which nothing is known are gathered into one that names them."""
    known: list[Sequence[FormCell]] = []
    unknown: list[FormCell] = []
    for row in rows:
        line = [
            said.cell(name, _own_labels(said.t).get(name))
            for name in (field.removeprefix("?") for field in row.split())
            if f"?{name}" not in row or said.value(name) is not None or said.is_withheld(name)
        ]
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
        "file_count": _("Trees with files"),
        "kind_word": _("Kind"),
    }
