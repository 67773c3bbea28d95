"""New trees made ready to be written where their rows are read, beside the process that writes them.

What only the register can tell is left open: the ids of species, divisions and parties. Marks stand in their
place, made of a character that no cell may hold, and `finish` puts the ids in.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any

from sqlmodel import SQLModel

from registry.commands.bulk import columns_of, flat_row
from registry.commands.history import PRIVATE_FIELDS, ToldChange, canonical
from registry.commands.importing_rows import NOT_TOLD, TOLD_AS, RowMaker
from registry.commands.importing_said import Said
from registry.importing.mapping import Mapping
from registry.models import AgeReading, Designation, Inspection, Measurement, Tree, TreeAlias, TreeParty
from registry.rules.commitments import COMMITTED, pair_text, seal_texts

Flat = dict[type[SQLModel], list[Any]]
"""Rows by table, as `registry.commands.bulk.insert_flat` takes them."""
Gaps = list[tuple[str, list[str]]]
"""Names, each with its text before, between and behind the ids that are lacking in it."""
Ready = tuple[str, list[Any], list[tuple[int, list[Any]]], list[str], list[str], dict[str, str], Gaps]
"""A new tree: its id, its row, rows that belong to it (by place in `_TABLES`); the names of public fields
that lack ids, the text of its item around those; its private fields, told, and which of them lack ids."""
_TABLES: tuple[type[SQLModel], ...] = (
    TreeAlias, Measurement, AgeReading, Inspection, Designation, TreeParty,
)  # fmt: skip
_ASKED_LATER = ("lon", "lat", "name_verbatim", "latin_verbatim")
"""Values of a tree that the lists of the register are asked about, and its species."""
_MARK = "\x01"
_MARKED = re.compile(re.escape(canonical(_MARK)))
_WITH_IDS = frozenset({"species_id", "division_id", "parties"})
_SPECIES, _DIVISION = (columns_of(Tree).index(name) for name in ("species_id", "division_id"))
_PARTY = columns_of(TreeParty).index("party_id")
_VISITOR = columns_of(Inspection).index("party_id")


class _Marks:
    """Stands for the directory where rows are read: a mark for each id."""

    def species_id(
        self, names: tuple[str | None, ...], text_lang: str, verbatim: str | None = None
    ) -> str | None:
        del text_lang, verbatim
        latin, _, chinese, english, *_ = names
        return _MARK if latin or chinese or english else None

    def division_id(self, path: Iterable[tuple[str, str]]) -> str | None:
        return _MARK if path else None

    def party_id(self, kind: str, name: str, text_lang: str) -> str:
        del kind, name, text_lang
        return _MARK


class Preparer:
    """Makes new trees ready. today: the day of the import, as ISO text."""

    def __init__(self, mapping: Mapping, today: str) -> None:
        self.maker, self.today = RowMaker(mapping, _Marks()), today

    def prepare(self, said: Said) -> Said:
        """`said` with the tree that it makes, and without what is needed no more.

        Where it names no species it is left as it is: the register may know one all the same.
        """
        row, rows = self.maker.tree(said), self.maker.told(said)
        if "species_id" not in row:
            return said
        tree_id = next(self.maker.ids)
        lacking = {*_WITH_IDS, "inspections"} if said.inspected_by else _WITH_IDS
        texts: dict[str, str] = {}
        public: list[tuple[str, str]] = []
        gaps: Gaps = []
        told = [(name, value) for name, value in row.items() if name not in NOT_TOLD]
        told += [(TOLD_AS[table], some) for table, some in rows.items()]
        for name, value in told:
            text = f"[null,{quoted(value)}]" if type(value) is str else pair_text((None, value))
            if name not in PRIVATE_FIELDS:
                public.append((name, text))
                continue
            texts[name] = text
            if name in lacking:
                gaps.append((name, _MARKED.split(text)))
        public.append((COMMITTED, _committed(tuple(sorted(texts)))))
        public.sort()
        open_names = [name for name, _ in public if name in lacking or name == COMMITTED]
        members = ",".join([f'"{name}":{text}' for name, text in public])
        around = _MARKED.split(f"{{{members}}}")
        tree = list(flat_row(Tree, {**row, "id": tree_id, "updated_on": self.today}))
        children = [
            (_TABLES.index(table), list(flat_row(table, {**child, "tree_id": tree_id})))
            for table, some in rows.items()
            for child in some
        ]
        said.ready = (tree_id, tree, children, open_names, around, texts, gaps)
        said.tree = {name: row[name] for name in _ASKED_LATER if name in row}
        said.measurement = said.inspection = None
        said.given, said.designations, said.aliases, said.ages = [], [], [], []
        return said


@lru_cache(maxsize=1024)
def _committed(names: tuple[str, ...]) -> str:
    """How an item tells its commitment: a mark for the digest, the names of the fields."""
    return canonical({"digest": _MARK, "fields": names})


def finish(
    ready: Ready,
    species_id: str | None,
    division_id: str | None,
    parties: list[str],
    visitor: str | None,
    into: Flat,
) -> ToldChange:
    """Put the ids in and the rows of the tree into `into`; what happened, as the history takes it.

    parties: those of the tree, in their order.
    """
    tree_id, tree, children, open_names, around, texts, gaps = ready
    tree[_SPECIES], tree[_DIVISION] = species_id, division_id
    into.setdefault(Tree, []).extend(tree)
    party = iter(parties)
    for place, child in children:
        table = _TABLES[place]
        if table is TreeParty:
            child[_PARTY] = next(party)
        elif table is Inspection and visitor:
            child[_VISITOR] = visitor
        into.setdefault(table, []).extend(child)
    ids = {
        "species_id": (species_id,),
        "division_id": (division_id,),
        "parties": parties,
        "inspections": (visitor,),
    }
    for name, lacking in gaps:
        texts[name] = _filled(lacking, ids[name])
    sealed = seal_texts(texts, secrets.token_hex(16))
    ids[COMMITTED] = (sealed.digest,)
    text = _filled(around, [each for name in open_names for each in ids[name]])
    return ToldChange("tree", tree_id, "created", text, sealed)


def _filled(around: list[str], ids: Sequence[Any]) -> str:
    """A text with ids, in JSON, in its gaps."""
    text = around[0]
    for each, more in zip(ids, around[1:], strict=True):
        text = f"{text}{quoted(each)}{more}"
    return text
