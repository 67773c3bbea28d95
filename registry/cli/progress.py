"""Progress of long work, always on stderr: on a terminal a bar with done, total, rate and time left;
elsewhere a plain line for each tenth or, where the total is not known, each time that the number has doubled.

Where GUSHU_PROGRESS is "json" a program reads it: one line `{"done": 12, "total": 600}` each half second.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import Session
from tqdm import tqdm

from registry.errors import NothingSelectedError
from registry.selection import count_trees

_LINES = 10
_LEAST = 1000
"""Less than this is not told in lines."""
_EVERY = 0.5
"""Seconds between two lines for a program."""


@contextmanager
def progress_bar(
    label: str, total: int | None = None, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many are done so far."""
    if os.environ.get("GUSHU_PROGRESS") == "json":
        yield _json_lines(total)
    elif quiet:
        yield lambda _done: None
    elif sys.stderr.isatty():
        with tqdm(total=total, desc=label, file=sys.stderr, leave=False, unit="") as bar:
            yield lambda done: bar.update(done - bar.n)
    else:
        due = max(_LEAST, (total or 0) // _LINES)

        def tell(done: int) -> None:
            nonlocal due
            if done >= due:
                due = done + max(_LEAST, total // _LINES) if total else 2 * done
                print(f"{label}: {done}" + (f" / {total}" if total else ""), file=sys.stderr, flush=True)

        yield tell


def trees_expected(session: Session, where: Sequence[str] = ()) -> int | None:
    """How many trees a selection has, to tell how far the work is; None where it has none."""
    try:
        return count_trees(session, where)
    except NothingSelectedError:
        return None


def _json_lines(total: int | None) -> Callable[[int], None]:
    """Tells a program on stderr how many are done, not more often than it cares."""
    last = 0.0

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY or done == total:
            last = time.monotonic()
            print(json.dumps({"done": done, "total": total}), file=sys.stderr, flush=True)

    return tell
