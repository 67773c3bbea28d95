"""Rules of a pack as sentences: each row short enough for a line, every number in it."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.vocab.care_words import INCIDENTS
from registry.vocab.desk_words import ReviewLevel
from registry.vocab.language import Translator
from registry.vocab.rule_words import (
    CLASSES,
    DEADLINES,
    EXCLUSIONS,
    HABITS,
    LEVELS,
    MEASURES,
    MULTI_STEMS,
    PLATE_FIELDS,
    PROJECTS,
    REQUIREMENTS,
    REVIEWED,
    STEM_EDGES,
    TWO_PERSONS,
    ZONE_COMBINED,
)
from registry.vocab.words import NUMBER_SCHEMES, VIGOUR_SCALES, FamousCategory, Label, Vigour

Values = Mapping[str, Any]
_UNITS = {"age_years": "", "girth_cm": " cm", "diameter_cm": " cm", "ground_diameter_cm": " cm",
          "height_m": " m", "crown_m": " m"}  # fmt: skip


def row_name(t: Translator, section: str, name: str) -> str:
    """How a row is called; "" where the section is one row, or the row needs no name."""
    if section == "patrol_vigour":
        return t.word(Vigour, name)
    words: Mapping[str, Label] = {
        "deadlines": DEADLINES,
        "transplant": PROJECTS,
        "exclusions": EXCLUSIONS,
        "review": REVIEWED,
    }.get(section, {} if section in {"city_big", "listing"} else CLASSES)
    return t.word(words, name) if name in words else ""


def row_text(t: Translator, section: str, values: Values) -> str:
    """What a row says: its numbers with their units, then what the law says in words."""
    told = _SENTENCES.get(section, _nothing)(t, values)
    said = values.get("text_zh" if t.lang == "zh" else "text_en", "")
    if told and said:
        return f"{told}（{said}）" if t.lang == "zh" else f"{told} ({said})"
    return told or said


def _nothing(_t: Translator, _values: Values) -> str:
    return ""


def _joined(t: Translator, parts: list[str]) -> str:
    return ("，" if t.lang == "zh" else ", ").join(filter(None, parts))


def _listed(t: Translator, words: Any, names: tuple[str, ...]) -> str:
    return ("、" if t.lang == "zh" else ", ").join(t.word(words, name) for name in names)


def _grade(t: Translator, grade: str | None) -> str:
    word = t.word(CLASSES, grade) if grade else ""
    return word if t.lang == "zh" else word.lower()


def _band(t: Translator, values: Values) -> str:
    low, high = values.get("from"), values.get("below")
    if low is None:
        return ""
    if high is None:
        return t.gettext("{low} years and more", low=low)
    return t.gettext("{low} to {high} years", low=low, high=high - 1)


def _reserve(t: Translator, values: Values) -> str:
    grade, protected = values.get("grade"), values.get("protected_as")
    return _joined(
        t,
        [
            _band(t, values),
            t.gettext("in built-up areas only") if values.get("urban") else "",
            t.gettext("counted as {grade}", grade=_grade(t, grade)) if grade else "",
            t.gettext("protected as {grade}", grade=_grade(t, protected)) if protected else "",
        ],
    )


def _famous(t: Translator, values: Values) -> str:
    return t.gettext("protected as {grade} at any age, no grade by age", grade=_grade(t, values.get("grade")))


def _criterion(t: Translator, values: Values) -> str:
    if values.get("grade"):
        return t.gettext("counted as {grade}", grade=_grade(t, values["grade"]))
    if "measure" not in values:
        return ""
    measure, unit = t.word(MEASURES, values["measure"]), _UNITS[values["measure"]]
    if values["measure"] == "age_years":
        text = f"{measure} " + _band(t, values)
    elif "over" in values:
        text = t.gettext("{measure} over {value}", measure=measure, value=f"{values['over']:g}{unit}")
    else:
        text = t.gettext("{measure} from {value}", measure=measure, value=f"{values['from']:g}{unit}")
    habit = t.word(HABITS, values["only"]) if "only" in values else ""
    height = values.get("at_height_m")
    at = t.gettext("measured at {height} m", height=f"{height:g}") if height is not None else ""
    return _joined(t, [habit, text, at])


def _exclusion(t: Translator, values: Values) -> str:
    parts = []
    if values.get("genera"):
        parts.append(", ".join(values["genera"]))
    if values.get("except"):
        parts.append(t.gettext("except {names}", names=", ".join(values["except"])))
    return _joined(t, parts)


def _grove(t: Translator, values: Values) -> str:
    least = values.get("least_trees")
    return _joined(
        t,
        [
            t.gettext("the highest grade inside it") if values.get("grade") == "highest" else "",
            t.ngettext("at least {count} tree", "at least {count} trees", least) if least else "",
        ],
    )


def _designation(t: Translator, values: Values) -> str:
    decides, approves = values.get("decides"), values.get("approves")
    parts = []
    if decides:
        parts.append(t.gettext("decided by the {level} department", level=t.word(LEVELS, decides)))
    if approves:
        parts.append(t.gettext("approved by the {level} government", level=t.word(LEVELS, approves)))
    return _joined(t, parts)


def _term(t: Translator, values: Values) -> str:
    sentences: dict[str, Callable[[int], str]] = {
        "days": lambda n: t.ngettext("{count} day", "{count} days", n),
        "working_days": lambda n: t.ngettext("{count} working day", "{count} working days", n),
        "weeks": lambda n: t.ngettext("{count} week", "{count} weeks", n),
        "months": lambda n: t.ngettext("{count} month", "{count} months", n),
        "years": lambda n: t.ngettext("{count} year", "{count} years", n),
    }
    return _joined(t, [say(values[key]) for key, say in sentences.items() if key in values])


def _patrol(t: Translator, values: Values) -> str:
    months = values.get("months")
    return t.ngettext("every {count} month", "every {count} months", months) if months is not None else ""


def _patrol_vigour(t: Translator, values: Values) -> str:
    if "months" in values:
        return _patrol(t, values)
    return t.gettext("the interval × {factor}", factor=f"{values['factor']:g}")


def _zone(t: Translator, values: Values) -> str:
    offset, factor = values.get("crown_offset_m"), values.get("diameter_factor")
    least, most = values.get("least_m"), values.get("most_m")
    parts = []
    if offset is not None:
        inside = t.gettext("the crown's projection")
        parts.append(t.gettext("{metres} m beyond the crown", metres=f"{offset:g}") if offset else inside)
    if factor is not None:
        parts.append(t.gettext("{factor} × the diameter around the stem", factor=f"{factor:g}"))
    if least is not None:
        parts.append(t.gettext("at least {metres} m", metres=f"{least:g}"))
    if most is not None:
        parts.append(t.gettext("at most {metres} m", metres=f"{most:g}"))
    parts += _zone_details(t, values)
    return _joined(t, parts)


_ROOT_KEYS = frozenset({"root_factor", "root_scale", "root_power", "root_least_m", "root_least_below_m"})


def _zone_details(t: Translator, values: Values) -> list[str]:
    """How the parts of a zone are measured and put together."""
    words = (("combine", ZONE_COMBINED), ("stem_factor_from", STEM_EDGES), ("multi_stem", MULTI_STEMS))
    parts = [t.word(known, values[key]) for key, known in words if key in values]
    if "measured_at_m" in values:
        parts.append(t.gettext("diameter at {metres} m above ground", metres=f"{values['measured_at_m']:g}"))
    if "boundary_offset_m" in values:
        parts.append(t.gettext("{metres} m beyond a boundary", metres=f"{values['boundary_offset_m']:g}"))
    if values.keys() >= _ROOT_KEYS:
        numbers = {key: f"{values[f'root_{key}']:g}" for key in ("factor", "scale", "power", "least_m")}
        numbers["below"] = f"{values['root_least_below_m']:g}"
        parts.append(
            t.gettext(
                "structural roots within ({scale} × D)^{power} × {factor} m, D in metres above the root "
                "crown; {least_m} m where D is below {below} m",
                **numbers,
            )
        )
    return parts


def _census(t: Translator, values: Values) -> str:
    years = values.get("years")
    return t.ngettext("every {count} year", "every {count} years", years) if years is not None else ""


def _works(t: Translator, values: Values) -> str:
    parts = [t.word(REQUIREMENTS, values.get("requires"))]
    if values.get("unstated_uncertainty_m") is not None:
        metres = f"{values['unstated_uncertainty_m']:g}"
        parts.append(
            t.gettext(
                "a position whose accuracy nobody states is taken to be within {metres} m", metres=metres
            )
        )
    if values.get("covered_km") is not None:
        km = f"{values['covered_km']:g}"
        parts.append(t.gettext("a place farther than {km} km from every record may not be covered", km=km))
    if values.get("forbids"):
        acts = _listed(t, INCIDENTS, values["forbids"])
        parts.append(t.gettext("forbidden in the zone: {acts}", acts=acts))
    if values.get("minor_percent") is not None:
        share = f"{values['minor_percent']:g}"
        parts.append(t.gettext("minor up to {share} % of the zone outside the structural roots", share=share))
    if values.get("root_is_major"):
        parts.append(t.gettext("any encroachment on the structural roots is major"))
    return _joined(t, parts)


def _penalty(t: Translator, values: Values) -> str:
    acts, classes = values.get("acts", ()), values.get("classes", ())
    parts = [_listed(t, INCIDENTS, acts), _listed(t, CLASSES, classes)]
    parts.append(t.gettext("or the tree died of it") if values.get("if_dead") else "")
    return _joined(t, [*parts, fine_text(t, values)])


def fine_text(t: Translator, values: Values) -> str:
    """The range of a fine alone, without the acts that it is for."""
    parts = [_yuan(t, values["yuan"]) if "yuan" in values else ""]
    if "serious_yuan" in values:
        parts.append(t.gettext("in serious cases {range}", range=_yuan(t, values["serious_yuan"])))
    return _joined(t, parts)


def _yuan(t: Translator, bounds: tuple[int, int]) -> str:
    low, high = (t.number(each, 0) for each in bounds)
    if not bounds[0]:
        return t.gettext("up to {high} CNY", high=high)
    return t.gettext("{low} to {high} CNY", low=low, high=high)


def _experts(t: Translator, values: Values) -> str:
    count = values.get("experts")
    return t.ngettext("at least {count} expert", "at least {count} experts", count) if count else ""


def _strategy(t: Translator, values: Values) -> str:
    usual, rescue = values.get("experts"), values.get("rescue_experts")
    urgent = t.gettext("for a rescue {count}", count=rescue) if rescue is not None else ""
    return _joined(t, [_experts(t, values) if usual else "", urgent])


def _review(t: Translator, values: Values) -> str:
    if "levels" in values:
        levels = " → ".join(t.word(ReviewLevel, level) for level in values["levels"])
        return levels or t.gettext("no review")
    two = _listed(t, TWO_PERSONS, values.get("two_persons", ()))
    alone = t.gettext("whoever sent something in may decide on it") if values.get("alone") else ""
    return _joined(t, [t.gettext("two persons decide on: {matters}", matters=two) if two else "", alone])


_SENTENCES: dict[str, Callable[[Translator, Values], str]] = {
    "grades": _band,
    "famous": _famous,
    "famous_categories": lambda t, values: _listed(t, FamousCategory, values.get("categories", ())),
    "reserve": _reserve,
    "city_big": _criterion,
    "listing": _criterion,
    "exclusions": _exclusion,
    "grove": _grove,
    "designation": _designation,
    "appraisal": _experts,
    "strategy": _strategy,
    "review": _review,
    "notice": _term,
    "patrol": _patrol,
    "patrol_vigour": _patrol_vigour,
    "zone": _zone,
    "census": _census,
    "deadlines": _term,
    "works": _works,
    "penalties": _penalty,
    "transplant": lambda t, values: _listed(t, CLASSES, values.get("classes", ())),
    "plate": lambda t, values: _listed(t, PLATE_FIELDS, values.get("fields", ())),
    "vigour": lambda t, values: t.word(VIGOUR_SCALES, values.get("scale")),
    "number": lambda t, values: t.word(NUMBER_SCHEMES, values.get("scheme")),
}
