"""`gushu serve`: the public site from an edition."""

import errno
import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.db import sqlite_path
from registry.errors import (
    AddressUnusableError,
    EditionForeignError,
    EditionMissingError,
    OutputError,
    PortInUseError,
)
from registry.outputs import is_edition
from registry.tls import CIPHERS, SOON, check_tls

_APP = "datasette_plugins.asgi:create_app"
_PATIENCE = 60
"""Seconds until a worker counts as stuck and is replaced: on a busy machine one starts in more than 5."""
_LAST_REQUESTS = 20
"""Seconds in which requests that have begun may end, once the server was told to stop."""


@app.command(help=_("Serve the site. A new edition is noticed without a restart."))
def serve(
    ctx: typer.Context,
    public: Annotated[Path, typer.Option(help=_("The edition to serve."))] = Path("public.gpkg"),
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Port to listen on."))] = 8001,
    workers: Annotated[int, typer.Option(min=1, max=64, help=_("Processes that answer."))] = 1,
    no_desk: Annotated[
        bool, typer.Option("--no-desk", help=_("Public site only, without the desk."))
    ] = False,
    tls_cert: Annotated[
        Path | None,
        typer.Option(envvar="GUSHU_TLS_CERT", help=_("Certificate with its chain (PEM), for HTTPS.")),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(envvar="GUSHU_TLS_KEY", help=_("Private key of the certificate (PEM)."))
    ] = None,
    proxy: Annotated[
        str, typer.Option(help=_("Address of the proxy in front, whose word on address and HTTPS is taken."))
    ] = "127.0.0.1",
) -> None:
    """Serve the site."""
    import uvicorn

    office: Office = ctx.obj
    check_edition(public)
    tls = _tls(tls_cert, tls_key, office)
    _check_port(host, port)
    os.environ["GUSHU_PUBLIC"] = str(public.resolve())
    os.environ["GUSHU_DESK"] = "" if no_desk else _desk_register(office.address)
    address = f"{'https' if tls else 'http'}://{_shown(host)}:{port}/"
    office.say(office.t.gettext("The site: {address} (stop with Ctrl+C)", address=address))
    office.answer({"address": address})
    where = {"fd": listening(host, port).detach()} if workers > 1 else {"host": host, "port": port}
    uvicorn.run(
        _APP,
        factory=True,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_worker_healthcheck=_PATIENCE,
        timeout_graceful_shutdown=_LAST_REQUESTS,
        forwarded_allow_ips=proxy,
        **tls,
        **where,
    )


def _tls(cert: Path | None, key: Path | None, office: Office) -> dict[str, str]:
    """What HTTPS needs, checked; nothing where it was not asked for."""
    if cert is None and key is None:
        return {}
    if cert is None or key is None:
        raise typer.BadParameter("--tls-cert + --tls-key")
    ends = check_tls(cert, key, office.now())
    if ends - office.now() < SOON:
        office.say(office.t.gettext("The certificate ends on {day}: renew it.", day=ends.date()))
    return {"ssl_certfile": str(cert), "ssl_keyfile": str(key), "ssl_ciphers": CIPHERS}


def _desk_register(address: str) -> str:
    """The register that the desk works on, "" where there is none: then nothing of the desk is there."""
    path = sqlite_path(address)
    if path is None:
        return address
    return str(path.resolve()) if path.exists() else ""


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
