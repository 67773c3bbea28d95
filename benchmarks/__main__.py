"""Every benchmark, one after the other: `make bench`. Ratios count; seconds are this machine's."""

import importlib
import sys
from collections.abc import Sequence

NAMES = (
    "register",
    "tags",
    "dossier",
    "map",
    "map_site",
    "site",
    "search",
    "zones",
    "field",
    "field_app",
    "scale",
)


def main(wanted: Sequence[str]) -> None:
    """Run the benchmarks called `wanted`, or all."""
    for name in wanted or NAMES:
        print(f"\n{name}")
        for what, value, unit in importlib.import_module(f"benchmarks.bench_{name}").run():
            print(f"  {what:44} {value:12,.2f} {unit}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
