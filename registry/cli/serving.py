"""`gushu serve`: the public site from an edition."""

import errno
import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.errors import (
    AddressUnusableError,
    EditionForeignError,
    EditionMissingError,
    OutputError,
    PortInUseError,
)
from registry.outputs import is_edition

_APP = "datasette_plugins.asgi:create_app"
_PATIENCE = 60
"""Seconds until a worker counts as stuck and is replaced: on a busy machine one starts in more than 5."""


@app.command(help=_("Serve the site. A new edition is noticed without a restart."))
def serve(
    ctx: typer.Context,
    public: Annotated[Path, typer.Option(help=_("The edition to serve."))] = Path("public.gpkg"),
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Port to listen on."))] = 8001,
    workers: Annotated[int, typer.Option(min=1, max=64, help=_("Processes that answer."))] = 1,
    no_desk: Annotated[  # noqa: ARG001  (the contract has it; there is no desk to leave out yet)
        bool, typer.Option("--no-desk", help=_("Public site only; this version has no desk."))
    ] = True,
) -> None:
    """Serve the site."""
    import uvicorn

    office: Office = ctx.obj
    check_edition(public)
    _check_port(host, port)
    os.environ["GUSHU_PUBLIC"] = str(public.resolve())
    office.say(
        office.t.gettext("The site: http://{host}:{port}/ (stop with Ctrl+C)", host=_shown(host), port=port)
    )
    office.answer({"address": f"http://{_shown(host)}:{port}/"})
    where = {"fd": listening(host, port).detach()} if workers > 1 else {"host": host, "port": port}
    uvicorn.run(
        _APP,
        factory=True,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_worker_healthcheck=_PATIENCE,
        **where,
    )


def listening(host: str, port: int) -> socket.socket:
    """The socket that several workers share, bound; its connections send what they have at once.

    uvicorn's own for several workers does not: on a connection that is kept, the body of an answer would wait
    for the reader's acknowledgement of its head, some 40 ms.
    """
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.bind((host, port))
    return found


def check_edition(path: Path) -> None:
    """Raises EditionMissingError, EditionForeignError unless `path` is an edition of ours."""
    if not path.is_file():
        raise EditionMissingError(path=path)
    if not is_edition(path):
        raise EditionForeignError(path=path)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise OutputError(path=host, reason=error.strerror or str(error)) from error
        except PermissionError as error:
            raise OutputError(path=f"{host}:{port}", reason=error.strerror or str(error)) from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise AddressUnusableError(host=host) from error
            raise PortInUseError(host=host, port=port) from error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
