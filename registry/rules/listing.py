"""What stands on a protection list, in which order, how it is counted and how two editions differ. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from registry.list_records import ListChange, ListCount, ListedGrove, ListedTree
from registry.records import AreaRecord, TreeRecord
from registry.vocab.words import Category, TreeStatus

ON_THE_LIST = frozenset({TreeStatus.ALIVE, TreeStatus.MISSING})
"""States of a tree in which it is protected; one that is not found is so until it is delisted."""
_ORDER = ("1", "2", "3", "4", *(word.value for word in Category))


def listed_tree(tree: TreeRecord, grove_id: str | None = None) -> ListedTree | None:
    """A tree's line, from its public record; None where no decision in force puts it on a list."""
    if tree.status not in ON_THE_LIST or not (tree.protection_grade or tree.listings):
        return None
    decision = next(
        (
            row
            for row in tree.designations
            if (row.grade, row.scheme) == (tree.protection_grade, tree.grade_scheme)
        ),
        tree.designations[0] if tree.designations else None,
    )
    size = tree.size
    return ListedTree(
        subject_id=tree.uuid,
        number=tree.tree_no,
        scheme=tree.number_scheme,
        category=tree.category,
        name_zh=tree.name_zh or tree.name_verbatim or tree.common_name,
        name_latin=tree.name_latin or tree.latin_verbatim,
        name_en=tree.name_en,
        family=tree.family,
        grade=tree.protection_grade,
        listings=tree.listings,
        age_years=tree.age_years,
        age_basis=tree.age_basis,
        division=tree.division_path,
        place=_place(tree),
        girth_cm=size.girth_cm if size else None,
        diameter_cm=size.diameter_cm if size else None,
        height_m=size.height_m if size else None,
        crown_m=size.crown_m if size else None,
        designated_on=decision.designated_on if decision else None,
        document_no=decision.document_no if decision else None,
        grove_id=grove_id,
    )


def listed_grove(grove: AreaRecord) -> ListedGrove | None:
    """A grove's line, from its public record; None where it has no grade."""
    if grove.status not in ON_THE_LIST or not grove.protection_grade:
        return None
    decision = grove.designations[0] if grove.designations else None
    count = max(grove.tree_count or 0, grove.file_count)
    species = "、".join(share.name_verbatim for share in grove.composition)
    dominant = next((str(row.value) for row in grove.details if row.field == "dominant_species"), None)
    return ListedGrove(
        subject_id=grove.uuid,
        number=grove.number,
        name=grove.name,
        grade=grove.protection_grade,
        tree_count=count or None,
        species=species or dominant,
        area_ha=grove.area_ha,
        division=grove.division_path,
        place=_place(grove),
        designated_on=decision.designated_on if decision else None,
        document_no=decision.document_no if decision else None,
    )


def _place(record: TreeRecord | AreaRecord) -> str | None:
    """Where it stands below its division, out of texts that the redaction let pass."""
    around = tuple(filter(None, (*record.division_path, record.town, record.village)))
    small = record.small_place or record.address or ""
    for name in around:  # an address begins with what has been said already
        small = small.removeprefix(name).strip()
    shown = [
        part for part in (record.town, record.village, small) if part and part not in record.division_path
    ]
    return " ".join(dict.fromkeys(shown)) or None


def list_order(line: ListedTree | ListedGrove) -> tuple[object, ...]:
    """By division, then by number: shorter numbers first, so that 2 comes before 10."""
    return (line.division, len(line.number), line.number, line.subject_id)


def kind_of(line: ListedTree | ListedGrove) -> str:
    """The class in which a line is counted: a famous tree by its category, others by grade, else by list."""
    category = getattr(line, "category", None)
    if category in {Category.FAMOUS, Category.ANCIENT_FAMOUS}:
        return str(category)
    listings = getattr(line, "listings", ())
    return line.grade or (listings[0] if listings else str(category))


def count_list(trees: Iterable[ListedTree], groves: Iterable[ListedGrove]) -> tuple[ListCount, ...]:
    """Scattered trees, groves and trees in groves by class; no tree is counted twice.

    A tree with a file in a listed grove counts there; one whose grove is not listed counts as scattered.
    """
    own = {grove.subject_id: kind_of(grove) for grove in groves}
    scattered = Counter(kind_of(tree) for tree in trees if tree.grove_id not in own)
    by_kind = Counter(own.values())
    inside: Counter[str] = Counter()
    for grove in groves:
        inside[kind_of(grove)] += grove.tree_count or 0
    kinds = sorted({*scattered, *by_kind}, key=_rank)
    return tuple(ListCount(kind, scattered[kind], by_kind[kind], inside[kind]) for kind in kinds)


def _rank(kind: str) -> tuple[int, str]:
    return (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)


def compare_lists(
    before: Sequence[ListedTree | ListedGrove],
    now: Sequence[ListedTree | ListedGrove],
    became: Mapping[str, str],
) -> tuple[ListChange, ...]:
    """What came, what went (and what `became` of it), and whose class or number changed; in list order."""
    old, new = ({line.subject_id: line for line in lines} for lines in (before, now))
    added = [
        ListChange("added", line.number, _name(line), now=kind_of(line))
        for line in now
        if line.subject_id not in old
    ]
    removed = [
        ListChange("removed", line.number, _name(line), was=kind_of(line), became=became.get(line.subject_id))
        for line in before
        if line.subject_id not in new
    ]
    changed = [
        ListChange("changed", line.number, _name(line), kind_of(was), kind_of(line), was.number)
        for line in now
        if (was := old.get(line.subject_id)) is not None
        and (kind_of(was), was.number) != (kind_of(line), line.number)
    ]
    return (*added, *removed, *changed)


def _name(line: ListedTree | ListedGrove) -> str | None:
    return line.name_zh or line.name_latin if isinstance(line, ListedTree) else line.name
