"""`python -m registry.cli.child …`: one command as the child of a worker, which it does not outlive.

Its standard input is a pipe that the worker holds open and never writes to: when that ends, the worker is
gone, and so is the command. Being asked to end is an ordinary way out: what was begun is taken back.
"""

import os
import signal
import sys
import threading
from types import FrameType


def main() -> None:
    """Run the command of the arguments."""
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from registry.cli.app import main as gushu

    gushu()


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
