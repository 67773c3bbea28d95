"""Base maps below the trees, by the settings of the register; none by default, and then nobody is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from registry.vocab.language import Translator

TILES = "/map/tiles/{z}/{x}/{y}"
"""Tiles of the PMTiles file beside the edition."""
_TIANDITU = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_AMAP = "https://webrd01.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=7&x={x}&y={y}&z={z}"
_OSM = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


@dataclass(frozen=True, slots=True)
class Basemap:
    """What is drawn below the trees. layers: tile addresses, the lowest first."""

    layers: tuple[str, ...]
    attribution: str
    link: str = ""
    is_shifted: bool = False
    """Its tiles are in GCJ-02: what is drawn on them is moved along, for display only."""
    max_zoom: int = 19
    is_for_files: bool = True
    """Whether a page that is a file may show it: in WGS84, not the site's own, and no service that answers
    websites alone."""

    def given(self) -> dict[str, Any]:
        """For the script."""
        return {
            "layers": self.layers,
            "attribution": self.attribution,
            "link": self.link,
            "isShifted": self.is_shifted,
            "maxZoom": self.max_zoom,
        }


def basemap_of(facts: Mapping[str, str], t: Translator) -> Basemap | None:
    """The base map that the settings name; None for none, and for one that lacks what it needs."""
    kind = facts.get("basemap") or ("url" if facts.get("basemap_url") else "none")
    url, key, said = (facts.get(name, "") for name in ("basemap_url", "basemap_key", "basemap_attribution"))
    if kind == "osm":
        credit = said or t.gettext("© OpenStreetMap contributors")
        return Basemap((_OSM,), credit, "https://www.openstreetmap.org/copyright", is_for_files=False)
    if kind == "tianditu":
        names = ("vec", "cva") if t.lang == "zh" else ("vec", "eva")
        layers = tuple(_TIANDITU.format(layer=name, key=quote(key, safe="")) for name in names)
        return Basemap(layers, said or t.gettext("Tianditu"), "https://www.tianditu.gov.cn/", max_zoom=18)
    if kind == "amap":
        credit = said or t.gettext("Amap")
        return Basemap((url or _AMAP,), credit, is_shifted=True, max_zoom=18, is_for_files=False)
    if kind == "pmtiles":
        return Basemap((TILES,), said, is_for_files=False)
    if kind == "url" and url:
        host = urlsplit(url).netloc
        return Basemap((url,), said or host, is_for_files=bool(host))
    return None
