"""What one item costs in a small register and in a large one: `python -m benchmarks.bench_scale 5000000`.

Both registers are made outside the clock (`benchmarks.many_trees`). Of each, a slice is taken evenly, at the
beginning, in the middle and at the end of the selection, and its dossiers, tags, JSON lines and table rows
are made by one process as the commands make them, each tree read from the register. The two registers take
turns, and the median of the rounds counts; the clock is the processor's time, SQLite's among it. Ids are read
whole, as every command does: their order is the one thing that all trees of a register are sorted for.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy.engine import Engine
from sqlmodel import Session

from benchmarks.bench_register import NOW
from benchmarks.many_trees import BASE, build
from exports.dossier import write_dossier
from exports.plates.sheets import write_plate_sheets
from exports.record_json import canonical_json
from exports.tables.csv_files import write_csv
from exports.tables.sheets import list_sheet
from registry.cli.exporting import public_trees
from registry.commands.tags import issue_tags
from registry.db import open_register, reading, transaction
from registry.exchange.carried import BY_KIND
from registry.exchange.reading_out import lines_by_id
from registry.keys import Keys, key_path, read_keys
from registry.legal_file import legal_files
from registry.photos import photo_store
from registry.plate_templates import HOUSE, shipped_template
from registry.records import RegisterFacts
from registry.rulepacks import PackLibrary
from registry.rules.table_values import listed_rows
from registry.rules.tag_content import tag_content
from registry.selection import count_trees, neighbours_of, stream_ids
from registry.table_layouts import chosen_layouts, table_layouts
from registry.tables import TableSource
from registry.vocab.language import translator

LARGE = 50_000
"""Trees of the large register where no number is given."""
SLICE = 150
ROUNDS = 3
ONE = ("tree_no=1",)
"""What a table counts of its whole selection first is no matter of one row."""
ZH = translator("zh")
FACTS = RegisterFacts("示范名录", "https://trees.example", "0" * 64, NOW, NOW.date(), 1, False)
"""The same for both: what a register says of itself is no matter of one item."""


@dataclass(frozen=True, slots=True)
class Register:
    """A register, and the ids of the slice that is taken of it."""

    engine: Engine
    keys: Keys
    address: str
    count: int
    ids: list[str]


def run(large: int = LARGE) -> list[tuple[str, float, str]]:
    """Name, value and unit of each figure."""
    with TemporaryDirectory() as name:
        small, big = (_made(Path(name) / str(count), count) for count in (BASE, large))
        return measure(small, big)


def measure(small: Register, big: Register) -> list[tuple[str, float, str]]:
    """The cost of each item in both registers, and how many times dearer it is in the large one."""
    figures = []
    for what, unit, work in (
        ("ids", "µs", _ids), ("dossier", "ms", _dossiers), ("tag", "ms", _tags),
        ("JSON line", "ms", _json_lines), ("table row", "ms", _table_rows),
    ):  # fmt: skip
        scale = 1e6 if unit == "µs" else 1e3
        costs: dict[int, list[float]] = {small.count: [], big.count: []}
        work(small)  # fonts, layouts, packs: read once
        for _ in range(ROUNDS):
            for register in (small, big):
                began = time.process_time()
                items = work(register)
                costs[register.count].append((time.process_time() - began) / items)
        one, other = median(costs[small.count]), median(costs[big.count])
        figures += [
            (f"{what} of {small.count:,} trees", one * scale, unit),
            (f"{what} of {big.count:,} trees", other * scale, unit),
            (f"{what}: cost of one, large over small", other / one, "x"),
        ]
    return figures


def opened(path: Path) -> Register:
    """A register that is there, with a slice of it; the slice's trees get tags."""
    address = str(path)
    engine = open_register(address)
    with reading(engine) as session:
        count = count_trees(session, ())
        part = SLICE // 3
        starts = (0, (count - part) // 2, count - part)
        wanted = {start + n for start in starts for n in range(part)}
        ids = [own for place, own in enumerate(stream_ids(session, ())) if place in wanted]
    keys = read_keys(key_path(address))
    with transaction(engine) as session:
        issue_tags(session, ids, keys=keys, actor="bench", now=NOW)
    return Register(engine, keys, address, count, ids)


def _made(folder: Path, count: int) -> Register:
    folder.mkdir()
    build(folder / "register.db", count)
    return opened(folder / "register.db")


def _reads(work: Callable[[Session, Register], int]) -> Callable[[Register], int]:
    def read(register: Register) -> int:
        with reading(register.engine) as session:
            return work(session, register)

    return read


@_reads
def _ids(session: Session, _register: Register) -> int:
    return sum(1 for _own in stream_ids(session, ()))


@_reads
def _dossiers(session: Session, register: Register) -> int:
    files = legal_files(session, "tree", register.ids, PackLibrary(), NOW.date(), lang="zh")
    for tree in public_trees(session, register.ids, photo_store(register.address)):
        near = neighbours_of(session, tree)
        write_dossier(tree, FACTS, BytesIO(), language=ZH, neighbours=near, file=files[tree.uuid].public)
    return len(register.ids)


@_reads
def _tags(session: Session, register: Register) -> int:
    issued = issue_tags(session, register.ids, keys=register.keys, actor="bench", now=NOW)
    printed = {tag.tree_id: tag.printed for tag in issued}
    contents = [
        tag_content(tree, printed[tree.uuid], "https://trees.example", ZH)
        for tree in public_trees(session, register.ids, None)
    ]
    template = shipped_template(HOUSE)
    return write_plate_sheets(contents, BytesIO(), facts=FACTS, language=ZH, template=template).tags


@_reads
def _json_lines(session: Session, register: Register) -> int:
    lines = lines_by_id(session, BY_KIND["tree"], register.ids)
    return len([canonical_json(line) for line in lines.values()])


@_reads
def _table_rows(session: Session, register: Register) -> int:
    layout = next(one for one in chosen_layouts((), table_layouts()) if one.rows == "tree")
    rows = listed_rows(layout, TableSource(session, ONE).trees(register.ids), ZH)
    write_csv(list_sheet(layout, rows, ZH), BytesIO())
    return len(register.ids)


def table(figures: list[tuple[str, float, str]]) -> Iterator[str]:
    """The figures as a table: a line for each item, its cost in both registers and the ratio."""
    small, large = (figures[place][0].partition(" of ")[2] for place in (0, 1))
    yield f"{'cost of one':12} {small:>18} {large:>18} {'large / small':>15}"
    for place in range(0, len(figures), 3):
        (name, one, unit), (_, other, _), (_, ratio, _) = figures[place : place + 3]
        what = name.partition(" of ")[0]
        yield f"{what:12} {one:15,.3f} {unit} {other:15,.3f} {unit} {ratio:13.2f} x"


if __name__ == "__main__":
    print(*table(run(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)), sep="\n")
