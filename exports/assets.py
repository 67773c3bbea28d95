"""The map's scripts and styles: Leaflet and its clusters from their installed packages, ours from `static/`.

The packages hold the libraries' own released files (Leaflet BSD-2-Clause, markercluster MIT). Their `pkg`
modules want setuptools at run time, so the files are found through the packages' metadata instead.
"""

import re
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

MAP_SCRIPTS = ("leaflet.js", "leaflet.markercluster.js", "treemap.js", "handover.js")
MAP_STYLES = ("leaflet.css", "MarkerCluster.css", "treemap.css")
_PACKAGED = {
    "xstatic-leaflet": "xstatic/pkg/leaflet/data",
    "xstatic-leaflet-markercluster": "xstatic/pkg/leaflet_markercluster/data",
}
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_PICTURE = re.compile(r"url\((?:images/[^)]*|#default#VML)\)")


@lru_cache(maxsize=1)
def asset_folders() -> tuple[Path, ...]:
    """Where the files named in `MAP_SCRIPTS` and `MAP_STYLES` lie."""
    packaged = [Path(str(distribution(name).locate_file(folder))) for name, folder in _PACKAGED.items()]
    return (Path(__file__).parent / "static", *packaged)


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """The text of one asset, asking for no other file: markers are drawn by `treemap.js`, not by pictures.

    Raises KeyError for a name that none of the folders has.
    """
    for folder in asset_folders():
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8")
            return _PICTURE.sub("none", _SOURCE_MAP.sub("", text))
    raise KeyError(name)


def inline_script(text: str) -> str:
    """`text` fit to stand between `<script>` and `</script>`: nothing in it can end the element."""
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", text, flags=re.IGNORECASE)
