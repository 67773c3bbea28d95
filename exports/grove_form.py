"""The forms of groves, gardens, places and landmark elements: which fields stand where."""

from registry.vocab.language import Translator

Plan = list[tuple[str, tuple[str, ...]]]


def form_plan(kind: str, t: Translator) -> Plan:
    """The sections of the form of a kind and the fields of their rows."""
    return _form_plan(t) if kind == "grove" else _place_plan(t)


def _place_plan(t: Translator) -> Plan:
    """What ledgers say of gardens, places and elements; the law knows no official form of them."""
    _ = t.gettext
    return [
        (
            _("Basics"),
            (
                "number name",
                "?aliases",
                "kind_word period",
                "authority jurisdiction",
                "?listing ?list_batch",
                "?relic_level ?is_world_heritage",
                "?garden_no ?place_no",
                "?green_class ?material",
            ),
        ),
        (
            _("Place and setting"),
            (
                "division town",
                "village small_place",
                "?address",
                "lon lat area_ha",
                "?datum ?position_precision",
            ),
        ),
        (_("Trees and grades"), ("tree_count file_count",)),
        (
            _("State of protection"),
            ("ownership steward", "lead cooperating", "state_of_care opening", "current_use"),
        ),
        (_("Values and changes"), ("extant_elements", "notes")),
    ]


def _form_plan(t: Translator) -> Plan:
    """The sections of the grove form and the fields of their rows, in the order of the official form of the
    third census; what only that of the second asks stands beside what it belongs to."""
    _ = t.gettext
    return [
        (
            _("Basics"),
            (
                "number name status",
                "?aliases",
                "census_scope survey_method",
                "authority jurisdiction",
                "?garden_no ?place_no",
            ),
        ),
        (
            _("Place and setting"),
            (
                "division town",
                "village small_place",
                "?address",
                "growth_place lon lat",
                "extent_text",
                "elevation_m area_ha",
                "?datum ?position_precision",
            ),
        ),
        (
            _("Site conditions"),
            ("slope slope_position aspect", "soil soil_depth"),
        ),
        (
            _("Trees and grades"),
            (
                "tree_count file_count protection_grade",
                "?grade_scheme ?listing",
                "count_first count_second count_third",
                "share_over_500 share_300_500 share_100_300",
                "mean_age_years max_age_years",
                "?dominant_species ?target_species",
            ),
        ),
        (
            _("State of protection"),
            ("department ownership", "steward", "lead cooperating", "protection_measures"),
        ),
        (
            _("Structure of the stand"),
            (
                "layers",
                "canopy_closure mean_diameter_cm mean_height_m",
                "shrub_species shrub_cover_percent shrub_height_m",
                "herb_species herb_cover_percent herb_height_m",
            ),
        ),
        (
            _("Values and changes"),
            ("values", "values_note", "disturbance", "care_advice", "change_reason", "photo_note", "notes"),
        ),
    ]
