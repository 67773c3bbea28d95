"""The site over an edition that a test describes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from editions import make_edition

from datasette_plugins.asgi import create_datasette


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`site(trees=[…])` makes an edition and returns the Datasette over it; all are closed at the end."""
    made = []

    def make(*args: Any, **options: Any) -> Any:
        datasette = create_datasette(make_edition(tmp_path / "public.gpkg", *args, **options))
        made.append(datasette)
        return datasette

    yield make
    for datasette in made:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()
