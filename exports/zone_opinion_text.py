"""What a check of a footprint says in words: verdict, hits, requirements, lists. For paper and terminal."""

from collections.abc import Iterator
from datetime import date

from registry.check_records import (
    CheckedRecord,
    CheckResult,
    HitRecord,
    OpenList,
    OpenRecord,
    Ruling,
)
from registry.vocab.care_words import INCIDENTS, ZONE_LACKS, ZoneVerdict
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.rule_words import CLASSES, CONFIDENCES, REQUIREMENTS, STANDINGS

_KM_FROM = 10_000
TITLE = Label("保护范围核查意见", "Opinion on a check of protection zones")
COMPUTED = Label("推算，未依法公布", "computed, not legally published")
BASES = {
    "computed": COMPUTED,
    "legal": Label("依法划定", "legal zone"),
    None: Label("没有保护范围", "no zone"),
}
"""What a zone rests on, in short; None: a trunk without a zone."""
KINDS = {
    "tree": Label("树木", "tree"),
    "grove": Label("古树群", "grove"),
    "garden": Label("历史名园", "heritage garden"),
    "place": Label("地点", "place"),
    "register": Label("本名册", "this register"),
}
LISTS = {
    "trees_without_position": Label("没有坐标的树木", "Trees without a position"),
    "groves_without_boundary": Label("没有边界的古树群", "Groves without a boundary"),
    "without_zone": Label("附近没有保护范围的记录", "Records nearby without a zone"),
    "uncertain": Label("位置误差可能触及的记录", "Records whose uncertain place may be reached"),
    "outside_register": Label("名册可能未覆盖此地", "The register may not cover this place"),
}
TIERS = {
    "minor": Label("轻度侵入", "minor encroachment"),
    "major": Label("重大侵入", "major encroachment"),
}


def verdict_word(result: CheckResult, t: Translator) -> str:
    """The verdict in a word or two."""
    return t.word(ZoneVerdict, result.verdict)


def verdict_sentence(result: CheckResult, t: Translator) -> str:
    """The verdict in a sentence."""
    count = len(result.hits)
    if count:
        return t.ngettext(
            "The footprint meets {count} protection zone or trunk.",
            "The footprint meets {count} protection zones or trunks.",
            count,
        )
    if result.open_count:
        return t.ngettext(
            "No zone is hit, but a conflict cannot be ruled out: {count} record leaves it open, see below.",
            "No zone is hit, but a conflict cannot be ruled out: {count} records leave it open, see below.",
            result.open_count,
        )
    return t.gettext("No zone and no trunk is hit, and no record leaves it open.")


def record_name(record: CheckedRecord, t: Translator) -> str:
    """Number and name; what it is where it is no tree."""
    name = (t.lang == "en" and record.name_en) or record.name or record.name_en
    kind = t.pick(KINDS[record.kind]) if record.kind != "tree" else ""
    return " ".join(filter(None, (kind, record.number, name)))


def grade_word(record: CheckedRecord, t: Translator) -> str:
    """The class by which it is protected."""
    return t.word(CLASSES, record.grade) if record.grade else ""


def basis_sentence(hit: HitRecord, t: Translator) -> str:
    """What a zone rests on."""
    if hit.zone is None:
        return t.gettext("no zone; the trunk itself is met")
    if hit.zone == "legal":
        said = [t.gettext("legal zone, document {document}", document=hit.document_no or "–")]
        if hit.published_on:
            said.append(t.gettext("published on {day}", day=t.day(date.fromisoformat(hit.published_on))))
        return _joined(t, said)
    said = [t.pick(COMPUTED)]
    if hit.pack_id:
        said.append(f"{hit.pack_id} {hit.rule or ''}".strip())
    if hit.confidence:
        said.append(t.gettext("confidence {level}", level=t.word(CONFIDENCES, hit.confidence)))
    return _joined(t, said)


def requirement_sentence(hit: HitRecord, t: Translator) -> str:
    """What the law asks there; that no rule speaks, where none does."""
    if hit.ruling is None:
        return t.gettext("No rule at hand says what is required; ask the department.")
    return _joined(t, [part for part in _asked(hit, hit.ruling, t) if part])


def _asked(hit: HitRecord, ruling: Ruling, t: Translator) -> Iterator[str]:
    if hit.tier:
        yield t.pick(TIERS[hit.tier])
    yield t.word(REQUIREMENTS, ruling.requires)
    if ruling.forbids:
        acts = _listed(t, [t.word(INCIDENTS, act) for act in ruling.forbids])
        yield t.gettext("forbidden in the zone: {acts}", acts=acts)
    yield t.pick(Label(ruling.text_zh, ruling.text_en)) if ruling.text_zh else ""


def citation(ruling: Ruling, t: Translator) -> str:
    """Where it stands, and how sure that is."""
    cited = (t.lang == "en" and ruling.citation_en) or ruling.citation
    if ruling.standing == "law" and ruling.confidence == "high":
        return cited
    level = t.gettext("confidence {level}", level=t.word(CONFIDENCES, ruling.confidence))
    return (
        f"{cited}（{t.word(STANDINGS, ruling.standing)}，{level}）"
        if t.lang == "zh"
        else (f"{cited} ({t.word(STANDINGS, ruling.standing)}, {level})")
    )


def metres(value: float | None, t: Translator) -> str:
    """A distance, to a tenth of a metre; from ten kilometres on to a kilometre."""
    if value is not None and value >= _KM_FROM:
        return f"{t.number(round(value / 1000), 0)} km"
    return "–" if value is None else f"{t.number(value, 1)} m"


def distances(hit: HitRecord, t: Translator) -> str:
    """How far the footprint is from zone and trunk."""
    if hit.is_trunk_hit:
        return t.gettext("trunk met")
    if hit.trunk_distance_m is None:
        return metres(hit.zone_distance_m, t)
    return t.gettext("trunk {distance}", distance=metres(hit.trunk_distance_m, t))


def open_sentence(each: OpenRecord, t: Translator) -> str:
    """One record of a list, with what keeps it open."""
    said = [record_name(each.record, t)]
    if each.distance_m is not None:
        said.append(t.gettext("{distance} away", distance=metres(each.distance_m, t)))
    if each.uncertainty_m is not None:
        off = metres(each.uncertainty_m, t)
        said.append(
            t.gettext("may be off by {metres}", metres=off)
            if each.is_stated
            else t.gettext("accuracy not stated, taken as {metres}", metres=off)
        )
    said += [t.word(ZONE_LACKS, name) for name in each.missing]
    return _joined(t, said)


def list_title(each: OpenList, t: Translator) -> str:
    """What a list holds, and how many."""
    return f"{t.pick(LISTS[each.name])}{'：' if t.lang == 'zh' else ': '}{t.number(each.count, 0)}"


def scope_sentence(result: CheckResult, t: Translator) -> str:
    """Which of the records that nobody can place were counted."""
    if not result.scope:
        return t.gettext("Records without a place are counted in the whole register.")
    names = _listed(t, list(result.scope))
    if not result.outside_scope:
        return t.gettext(
            "Records without a place are counted wherever they may stand in {names}.", names=names
        )
    return t.ngettext(
        "Records without a place are counted where they may stand in {names}; {count} in other divisions is "
        "left out.",
        "Records without a place are counted where they may stand in {names}; {count} in other divisions are "
        "left out.",
        result.outside_scope,
        names=names,
    )


def warnings(result: CheckResult, t: Translator) -> Iterator[str]:
    """What whoever reads a check has to know first."""
    if result.nearest_record_km is not None:
        yield t.gettext(
            "Nothing on the register lies within {km} km of the footprint: is its coordinate system right?",
            km=t.number(result.nearest_record_km, 0),
        )


def remarks(result: CheckResult, t: Translator) -> Iterator[str]:
    """What reading the file told: what was mended, left out or overruled."""
    for note in result.asked.notes:
        yield note[0] if t.lang == "zh" else note[1]


def _listed(t: Translator, words: list[str]) -> str:
    return ("、" if t.lang == "zh" else ", ").join(words)


def _joined(t: Translator, parts: list[str]) -> str:
    return ("；" if t.lang == "zh" else "; ").join(parts)
