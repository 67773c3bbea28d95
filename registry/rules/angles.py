"""Angles as people write them: degrees, minutes and seconds in every typography, decimals, hemispheres. Pure.

For whoever reads positions from files:

- `parse_angle(cell, axis="lon")` for a column that holds one of the two; pass the axis of the column, so
  that a latitude in the column of longitudes is refused and not kept.
- `parse_position(cell, order="lat-lon")` for both in one cell. `order` is what the mapping says; what the
  cell says (hemispheres, labels, a value beyond 90) goes before it. Where nothing says it, it is refused.
- What can be read in two ways raises ValueError with a `Phrase` that tells why; nothing is guessed. The
  letter O is east in German and west in French, Spanish, Italian and Portuguese: pass `letter_o`.
- The text stays what it was: keep the cell in `lon_raw`, `lat_raw`.
"""

import re
import unicodedata
from typing import Literal

from registry.errors import Phrase

Axis = Literal["lon", "lat"]
Order = Literal["lon-lat", "lat-lon"]
BOUNDS: dict[str, int] = {"lon": 180, "lat": 90}
"""The greatest angle of each axis, in degrees."""

LONGEST = 100
"""Characters: what is longer is no angle."""

_MARKS = str.maketrans(
    {
        **dict.fromkeys("°º˚∘⁰゜ᵒ", "°"),
        **dict.fromkeys("′'’‘‛`´ʹʼˈ＇｀分′", "'"),
        **dict.fromkeys('″"”“‟ʺ˝＂秒〃″', '"'),
        **dict.fromkeys("−–—‒―﹣－", "-"),
        **dict.fromkeys("：∶", ":"),
        "，": ",",
        "；": ";",
        "\u00a0": " ",
        "\u200b": "",
        "\ufeff": "",
    }
)
_LABELS = re.compile(r"(?i)(经度|經度|経度|longitude|long\b|lon(?![a-z]))|(纬度|緯度|latitude|lat(?![a-z]))")
_HEMISPHERES: tuple[tuple[str, Axis, int], ...] = (
    (r"东经|東經|東経|(?i:east|este?|ost)|[东東]|E(?![+-]\d)", "lon", 1),
    (r"西经|西經|西経|(?i:west|ouest|oeste|ovest)|西|W", "lon", -1),
    (r"北纬|北緯|(?i:north|norte?|nord)|北|N", "lat", 1),
    (r"南纬|南緯|(?i:south|s[uü]d|sur)|南|S", "lat", -1),
)
_HEMISPHERE = re.compile("|".join(f"({pattern})" for pattern, _, _ in _HEMISPHERES))
_DEGREE_WORDS = re.compile(r"(?<=\d)\s*度|(?<=\d)o(?=\s*\d)")
_LETTER_O = re.compile(r"(?<![A-Za-z])[Oo](?![A-Za-z])")
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]\d{1,3}")
_LETTER_UNITS = re.compile(r"(?i)(?<=\d)\s*(deg\.?|degrees?|d)(?![a-z])|(?<=\d)\s*(min\.?|minutes?)(?![a-z])")
_PLAIN_DMS = re.compile(r"(?<=\d)\s*d\s*([\d.]+)\s*m\s*(?:([\d.]+)\s*s)?")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_NUMBER = r"\d+(?:\.\d+)?"
_MARKED = re.compile(
    rf"(?P<d>{_NUMBER})\s*°\s*(?:(?P<m>{_NUMBER})\s*(?:'\s*(?:(?P<s>{_NUMBER})\s*(?:\"|)\s*)?)?)?"
)
_SEPARATED = re.compile(rf"(?P<d>{_NUMBER})(?:[-: ]\s*(?P<m>{_NUMBER})(?:[-: ]\s*(?P<s>{_NUMBER}))?)?")


def parse_angle(text: str, axis: Axis | None = None, *, letter_o: Literal["E", "W"] | None = None) -> float:
    """Degrees, positive to the east and north.

    axis: which of the two the text must be; None takes either, within ±180.
    letter_o: what the letter O stands for as a hemisphere; None refuses it.
    Raises ValueError with a Phrase where the text is no angle, an impossible one, or can be read in two ways.
    """
    value, said = _angle(text, letter_o)
    if axis and said and axis != said:
        raise ValueError(Phrase("{text} is of the other axis", text=text.strip()))
    bound = BOUNDS[axis or said or "lon"]
    if abs(value) > bound:
        raise ValueError(Phrase("{text} is beyond {bound} degrees", text=text.strip(), bound=bound))
    return value


def parse_position(
    text: str, order: Order | None = None, *, letter_o: Literal["E", "W"] | None = None
) -> tuple[float, float]:
    """(lon, lat) in degrees from one cell that holds both.

    order: which comes first, where the text does not say it (by hemispheres, labels, WKT, a value above 90).
    Raises ValueError with a Phrase, as `parse_angle`, and where the order is not known.
    """
    if len(text) > 2 * LONGEST:
        raise ValueError(Phrase("{text} is no pair of longitude and latitude", text=text[:LONGEST] + "…"))
    plain = _normal(text).strip(" \t()[]{}【】（）")
    point = re.match(r"(?i)point\s*z?\s*\(", plain)
    if point:
        plain, order = plain[point.end() :], "lon-lat"
    for pieces in _splits(plain):
        readings = {reading for first, second in pieces if (reading := _pair(first, second, order, letter_o))}
        if len(readings) == 1:
            return readings.pop()
        if readings:
            raise ValueError(Phrase("{text} can be read in more than one way", text=text.strip()))
    if order is None and any(_pair(*pair, "lon-lat", letter_o) for cut in _splits(plain) for pair in cut):
        raise ValueError(Phrase("{text} does not say which is the longitude", text=text.strip()))
    raise ValueError(Phrase("{text} is no pair of longitude and latitude", text=text.strip()))


def format_angle(degrees: float, axis: Axis, *, digits: int = 1) -> str:
    """Degrees, minutes and seconds as maps print them, 112°30′15.6″E; `digits` of the second."""
    steps = round(abs(degrees) * 3600 * 10**digits)
    seconds, whole = steps % (60 * 10**digits) / 10**digits, steps // (60 * 10**digits)
    letter = ("EW" if axis == "lon" else "NS")[degrees < 0]
    return f"{whole // 60}°{whole % 60:02d}′{seconds:0{3 + digits if digits else 2}.{digits}f}″{letter}"


def _normal(text: str) -> str:
    marked = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS)
    marked = _DEGREE_WORDS.sub("°", marked)
    return re.sub(r"'\s?'", '"', marked)


def _angle(text: str, letter_o: str | None) -> tuple[float, Axis | None]:
    if len(text) > LONGEST:
        raise ValueError(Phrase("{text} is no angle", text=text[:LONGEST] + "…"))
    body, label = _take_label(_normal(text))
    if _EXPONENT.fullmatch(body.strip()):
        return float(body), label
    body, said, sign = _take_hemisphere(body, letter_o, text)
    if label and said and label != said:
        raise ValueError(Phrase("{text} can be read in more than one way", text=text.strip()))
    body = body.strip().rstrip(".,;").strip()
    if body[:1] in {"+", "-"}:
        if said and body[0] == "-":
            raise ValueError(Phrase("{text} has both a minus sign and a hemisphere", text=text.strip()))
        sign = -1 if body[0] == "-" else sign
        body = body[1:].strip()
    return sign * _degrees(body, text.strip()), said or label


def _take_label(text: str) -> tuple[str, Axis | None]:
    found = _LABELS.search(text)
    if not found:
        return text, None
    rest = (text[: found.start()] + text[found.end() :]).strip(" :=.")
    return rest, "lon" if found[1] else "lat"


def _take_hemisphere(body: str, letter_o: str | None, text: str) -> tuple[str, Axis | None, int]:
    if _LETTER_O.search(body):
        if letter_o is None:
            raise ValueError(
                Phrase("in {text} the letter O may be east (Ost) or west (Ouest, Oeste)", text=text.strip())
            )
        body = _LETTER_O.sub(letter_o, body)
    body = _letter_units(body)
    if re.fullmatch(r"(?s)[^A-Z]*[ewns]\.?\s*|\s*[ewns]\s*\d.*", body):
        body = body.upper()
    found = list(_HEMISPHERE.finditer(body))
    if not found:
        return body, None, 1
    if len(found) > 1:
        raise ValueError(Phrase("{text} can be read in more than one way", text=text.strip()))
    which = next(i for i, group in enumerate(found[0].groups()) if group)
    rest = body[: found[0].start()].strip() + " " + body[found[0].end() :].strip(" :")
    return rest.strip(), _HEMISPHERES[which][1], _HEMISPHERES[which][2]


def _letter_units(body: str) -> str:
    """39d54m20s and 39 deg 54 min 20 sec with marks."""
    body = _PLAIN_DMS.sub(lambda m: f"°{m[1]}'" + (f'{m[2]}"' if m[2] else ""), body)
    body = _LETTER_UNITS.sub(lambda m: "°" if m[1] else "'", body)
    return re.sub(r"(?i)(?<=\d)\s*(?:sec\.?|seconds?)(?![a-z])", '"', body)


def _degrees(body: str, text: str) -> float:
    body = _DECIMAL_COMMA.sub(".", body) if body.count(",") == 1 and "." not in body else body
    pattern = _MARKED if "°" in body else _SEPARATED
    found = pattern.fullmatch(" ".join(body.split()))
    if found is None:
        if body.count(".") > 1:
            raise ValueError(Phrase("{text} has more than one decimal point", text=text))
        raise ValueError(Phrase("{text} is no angle", text=text))
    degrees, minutes, seconds = found["d"], found["m"], found["s"]
    given = [part for part in (degrees, minutes, seconds) if part is not None]
    if any("." in part for part in given[:-1]):
        raise ValueError(Phrase("{text} has a decimal point before its last part", text=text))
    for part in given[1:]:
        if float(part) >= 60:
            raise ValueError(Phrase("{text} has 60 or more minutes or seconds", text=text))
    return float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600


_LEVELS = (r"\s*[;|/、\n\r]\s*", r"\s*,\s+|\s+,\s*", r"\s*,\s*", r"\s+")


def _splits(plain: str) -> list[list[tuple[str, str]]]:
    """Ways to cut a cell in two, the surest separators first; hemispheres and labels before all of them."""
    marks = sorted({m.start() for p in (_HEMISPHERE, _LABELS) for m in p.finditer(plain)} - {0})
    ends = sorted({m.end() for m in _HEMISPHERE.finditer(plain)} - {len(plain)})
    said = [(plain[:at].rstrip(" ,;/|、"), plain[at:].lstrip(" ,;/|、")) for at in (*marks, *ends)]
    cuts = [[(plain[: m.start()], plain[m.end() :]) for m in re.finditer(level, plain)] for level in _LEVELS]
    commas = cuts[2]
    if len(commas) == 3:  # decimal commas and one between: 39,9042,116,4074
        cuts[2] = [commas[1]]
    return [cuts[0], [pair for pair in said if all(pair)], *cuts[1:]]


def _both(
    first: str, second: str, letter_o: str | None
) -> tuple[tuple[float, Axis | None], tuple[float, Axis | None]] | None:
    try:
        one, two = _angle(first, letter_o), _angle(second, letter_o)
    except ValueError:
        return None
    if first.strip().isdigit() and second.strip().isdigit():
        return None  # 112,5 is one number with a decimal comma, or whole degrees: no place of a tree
    return one, two


def _pair(first: str, second: str, order: Order | None, letter_o: str | None) -> tuple[float, float] | None:
    both = _both(first, second, letter_o)
    if both is None:
        return None
    (a, a_axis), (b, b_axis) = both
    if a_axis and a_axis == b_axis:
        return None
    if a_axis or b_axis:
        lon_first = a_axis == "lon" or b_axis == "lat"
    elif abs(a) > 90 or abs(b) > 90:
        lon_first = abs(a) > 90
    elif order is None:
        return None
    else:
        lon_first = order == "lon-lat"
    lon, lat = (a, b) if lon_first else (b, a)
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
