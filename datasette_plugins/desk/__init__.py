"""The inspectors' desk: phone in the field, review at the office. Registers nothing where no register is set.

The desk is an ASGI application of its own under `/-/desk`, beside Datasette's: it reads and writes the
register through the same commands as the command line, and never the public edition. It is imported where it
is mounted: a host of the public site alone never loads it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

if TYPE_CHECKING:
    from datasette_plugins.desk.app import Desk

MOUNTED = "gushu_desk"
"""The attribute of a Datasette under which its desk is found."""


def mount(datasette: Any, register: str, public: Path | None = None) -> "Desk":
    """Answer everything under `/-/desk` of this site from the register at `register`.

    public: the edition that the site shows, and that the desk publishes to.
    """
    from datasette_plugins.desk.app import Desk

    desk = Desk(register, public)
    setattr(datasette, MOUNTED, desk)
    return desk


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """The way to the desk from Datasette's own pages, where there is one."""
    return [{"href": "/-/desk/", "label": "工作台 Desk"}] if hasattr(datasette, MOUNTED) else []
