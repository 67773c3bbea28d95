"""The coordinate system of a file: by the register's words, an EPSG code, or what the file declares itself.

Axis order: files and drawings give x (to the east) before y, whatever order a system has by itself.
"""

import re
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from registry.errors import Phrase
from registry.geofiles.raw import Unusable
from registry.rules.datums import TWD97_ZONE_121, grid_code, to_wgs84

_WORDS = {
    "wgs84": "WGS84", "crs84": "WGS84", "epsg4326": "WGS84", "cgcs2000": "CGCS2000", "epsg4490": "CGCS2000",
    "gcj02": "GCJ-02", "bd09": "BD-09", "bd09ll": "BD-09", "twd97": "TWD97",
}  # fmt: skip
_LOCKED = re.compile(
    r"(?i)(?:19(?:54|80))?(?:北京|西安|beijing|peking|xian|xi'an)(?:19)?(?:54|80)?(?:坐标系|gcs)?"
)
"""Beijing 1954 and Xian 1980: known, but their way to CGCS2000 differs by place and is kept by surveyors."""
_URN = re.compile(r"(?i)urn:ogc:def:crs:(OGC|EPSG):[^:]*:(\w+)")
_GK = range(4491, 4555)
"""CGCS2000 / Gauss-Krüger: `datums` knows their zones, and eastings that carry them."""
_MARGIN_DEG = 1.0
_CHINA = (73.0, 0.0, 136.0, 56.0)
"""Roughly where coordinates in China's datums lie; not a statement about borders."""
_SWAPPED = Phrase("are x and y, or longitude and latitude, the wrong way round, or is it another system?")


@dataclass(frozen=True, slots=True)
class System:
    """Where coordinates are counted from.

    datum: the register's word where it is degrees; crs: a pyproj.CRS otherwise. metres: of one unit, None
    for degrees. uncertainty_m: by how much the conversion to WGS84 may be off.
    """

    name: str
    datum: str | None
    crs: Any
    metres: float | None
    uncertainty_m: float

    def to_wgs84(self, xs: Any, ys: Any) -> tuple[Any, Any]:
        """(longitudes, latitudes) as arrays. Raises Unusable where a position is outside the system."""
        if not len(xs):
            return xs, ys
        if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
            raise Unusable("a position needs two finite numbers")
        if self.datum or (self.name == "TWD97" and (np.abs(xs) <= 180).all() and (np.abs(ys) <= 90).all()):
            return self._from_degrees(xs, ys)
        number = self.crs.to_epsg()
        if number in _GK:
            return self._from_zones(xs, ys, f"EPSG:{number}")
        return self._from_crs(xs, ys)

    def _from_degrees(self, xs: Any, ys: Any) -> tuple[Any, Any]:
        outside = (np.abs(xs) > 180) | (np.abs(ys) > 90)
        if outside.any():
            raise self._outside(xs, ys, outside, hint=self._hint(xs, ys))
        if self.datum == "WGS84":
            return xs, ys
        if self.datum not in {"GCJ-02", "BD-09"}:
            self._in_area(xs, ys, xs, ys, _CHINA)
            return xs, ys
        found = [to_wgs84(float(x), float(y), str(self.datum)) for x, y in zip(xs, ys, strict=True)]
        lons, lats = np.array(found).T
        self._in_area(xs, ys, lons, lats, _CHINA)
        return lons, lats

    def _from_zones(self, xs: Any, ys: Any, code: str) -> tuple[Any, Any]:
        try:
            for carried in np.unique(xs // 1_000_000):
                at = int(np.argmax(xs // 1_000_000 == carried))
                to_wgs84(float(xs[at]), float(ys[at]), "grid", code)
        except ValueError as error:
            if not isinstance(error.args[0], Phrase):
                raise
            raise Unusable("{reason} (x {x}, y {y} in {system})", reason=error.args[0], x=_said(xs[at]),
                           y=_said(ys[at]), system=self.name) from error  # fmt: skip
        return self._from_crs(xs, ys, zones=True)

    def _from_crs(self, xs: Any, ys: Any, *, zones: bool = False) -> tuple[Any, Any]:
        crs = self.crs
        if zones and crs.coordinate_operation is not None:
            false_easting = next(p.value for p in crs.coordinate_operation.params if "easting" in p.name)
            xs_used = xs % 1_000_000 + (false_easting // 1_000_000) * 1_000_000
        else:
            xs_used = xs
        lons, lats = (np.asarray(found) for found in _transformer(crs).transform(xs_used, ys))
        self._in_area(xs, ys, lons, lats, crs.area_of_use.bounds if crs.area_of_use else None)
        return lons, lats

    def _in_area(self, xs: Any, ys: Any, lons: Any, lats: Any, area: tuple[float, ...] | None) -> None:
        west, south, east, north = area or (-180.0, -90.0, 180.0, 90.0)
        margin = _MARGIN_DEG
        with np.errstate(invalid="ignore"):
            inside = (lons >= west - margin) & (lons <= east + margin)
            inside &= (lats >= south - margin) & (lats <= north + margin)
        if not inside.all():
            raise self._outside(xs, ys, ~inside, hint=_SWAPPED)

    def _outside(self, xs: Any, ys: Any, outside: Any, *, hint: Phrase) -> Unusable:
        at = int(np.argmax(outside))
        return Unusable(
            "x {x}, y {y} lies outside where {system} is used; {hint}",
            x=_said(xs[at]), y=_said(ys[at]), system=self.name, hint=hint,
        )  # fmt: skip

    def _hint(self, xs: Any, ys: Any) -> Phrase:
        if (np.abs(ys) <= 180).all() and (np.abs(xs) <= 90).all():
            return _SWAPPED
        return Phrase("these are metres: say in which system with --crs, such as EPSG:4547")


def declared(text: str) -> System:
    """The system that somebody names: WGS84, CGCS2000, GCJ-02, BD-09, TWD97, EPSG:4547, WKT.

    Raises Unusable where it is not known, or where its conversion to WGS84 is not.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    folded = re.sub(r"[\s_:-]", "", text).casefold()
    if found := _URN.fullmatch(text.strip()):
        text = found[2] if found[1].upper() == "OGC" else f"EPSG:{found[2]}"
        folded = re.sub(r"[\s_:-]", "", text).casefold()
    if folded.removeprefix("epsg") in {"4326", "4490"}:
        folded = "epsg" + folded.removeprefix("epsg")
    if word := _WORDS.get(folded):
        if word != "TWD97":
            return System(
                word, word, None, None, {"GCJ-02": 1.0, "BD-09": 1.0, "CGCS2000": 0.1}.get(word, 0.0)
            )
        return replace(declared(TWD97_ZONE_121), name=word)
    if re.search(r"54|80", folded) and _LOCKED.fullmatch(folded):
        raise _not_public(text)
    try:
        crs = CRS.from_user_input(text if "[" in text else grid_code(text))
    except (CRSError, ValueError) as error:
        shown = text if len(text) < 60 else text[:57] + "…"
        raise Unusable("{system} names no coordinate system", system=shown) from error
    return of_crs(crs)


def _not_public(system: str) -> Unusable:
    return Unusable(
        "{system} is known, but its conversion to WGS84 and CGCS2000 is not public to the metre: have the "
        "surveying office convert the file to CGCS2000 with its parameters, then name that with --crs",
        system=system,
    )


def of_crs(crs: Any) -> System:
    """A system as a file declares it, by its EPSG code where it has one. Raises Unusable."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound:
        crs = crs.source_crs
    number = crs.to_epsg()
    name = f"EPSG:{number}" if number else crs.name
    if not (crs.is_projected or crs.is_geographic):
        raise Unusable("{system} names no coordinate system", system=name)
    if number in {4326, 4490}:
        return declared(str(number))
    uncertainty = _uncertainty_m(crs)
    if uncertainty is None:
        raise _not_public(f"{name} ({crs.name})")
    metres = crs.axis_info[0].unit_conversion_factor if crs.is_projected else None
    return System(name, None, crs, metres, uncertainty)


def _uncertainty_m(crs: Any) -> float | None:
    from pyproj.transformer import TransformerGroup

    base = crs.geodetic_crs
    if base is not None and (base.to_epsg() == 4490 or base.ellipsoid.name == "CGCS2000"):
        return 0.1
    _transformer(crs)  # sets the network off
    with warnings.catch_warnings(action="ignore"):  # finer grids exist that are not at hand
        found = TransformerGroup(crs, "EPSG:4326", always_xy=True).transformers
    return None if not found or found[0].accuracy < 0 else float(found[0].accuracy)


def _transformer(crs: Any) -> Any:
    from pyproj import Transformer
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(False)
    return Transformer.from_crs(crs, "EPSG:4326", always_xy=True)


def _said(number: float) -> str:
    return f"{number:.6f}" if abs(number) <= 180 else f"{number:.2f}"
