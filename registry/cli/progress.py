"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere, always on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_LINES = 10


@contextmanager
def progress_bar(
    label: str, total: int | None = None, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many are done so far."""
    if quiet:
        yield lambda _done: None
    elif sys.stderr.isatty():
        with tqdm(total=total, desc=label, file=sys.stderr, leave=False) as bar:
            yield lambda done: bar.update(done - bar.n)
    else:
        step = max(1000, (total or 0) // _LINES)
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            if done - told >= step:
                told = done
                print(f"{label}: {done}" + (f" / {total}" if total else ""), file=sys.stderr, flush=True)

        yield tell
