"""Registers of earlier versions, made by taking a new one back: with trees, a tag and a history."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from register_kit import NOW, import_rows
from sqlmodel import select

from registry.commands.register import init_register
from registry.commands.tags import issue_tags
from registry.db import SCHEMA_FOLDER, make_engine, open_register, transaction
from registry.keys import key_path, read_keys
from registry.models import Tree

ROWS = (
    {"no": "甲-1", "name": "侧柏", "age": 305, "lon": 112.85, "lat": 35.5, "grade": "一级"},
    {"no": "甲-2", "name": "国槐", "age": 120, "lon": 112.86, "lat": 35.51},
)


def make_older(folder: Path, revision: str) -> tuple[str, str]:
    """The address of a register whose schema is of `revision`, and the text on the tag of its first tree."""
    folder.mkdir(parents=True, exist_ok=True)
    address = str(folder / "register.db")
    init_register(address, actor="tests", now=NOW).dispose()
    engine, keys = open_register(address), read_keys(key_path(address))
    import_rows(engine, folder, *ROWS)
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "甲-1")).one()
        tag = issue_tags(session, [tree.id], keys=keys, actor="tests", now=NOW)[0]
    engine.dispose()
    take_back(address, revision)
    return address, tag.printed


def take_back(address: str, revision: str) -> None:
    """Bring a register's schema back to that of an earlier version."""
    engine = make_engine(address)
    with engine.execution_options(gushu_migrates=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(SCHEMA_FOLDER))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()
