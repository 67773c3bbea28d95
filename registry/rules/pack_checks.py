"""What the checks take from a rule pack: ages and sizes, never a number of their own."""

from registry.rules.packs import RulePack
from registry.rules.plausibility import Law


def law_of(pack: RulePack | None) -> Law:
    """The ages and sizes that `pack` sets; empty where there is no pack, or where it is silent."""
    if pack is None:
        return Law()
    ages = {
        grade: (int(rule.values["from"]), rule.get("below"))
        for grade, rule in pack.section("grades").items()
        if rule.get("from") is not None
    }
    reserve = pack.rule("reserve")
    band = None
    if reserve is not None and reserve.get("from") is not None:
        band = (int(reserve.values["from"]), reserve.get("below"))
    sizes: dict[str, float] = {}
    for rule in pack.section("city_big").values():
        measure, least = rule.get("measure"), rule.get("from")
        if (
            measure is not None and least is not None
        ):  # of which leaf a tree is, is not known: the least counts
            sizes[measure] = min(least, sizes.get(measure, least))
    return Law(pack.grade_ages, band, sizes, min((low for low, _ in ages.values()), default=None))
