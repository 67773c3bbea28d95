"""The parts of an ODS file beside its tables: styles, page, what it says of itself, what stays in sight."""

from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from exports.workbook import (
    CREAM,
    FONT,
    GREEN,
    INK,
    LINE,
    MADE_HERE,
    PALE,
    SOFT,
    WIDEST_A3,
    WIDEST_A4,
)

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
WIDTHS = range(2, 121)
"""Widths of columns in characters, a style for each."""
_CM = 0.205
"""Of one character."""
_SPACES = " ".join(
    f'xmlns:{short}="{long}"'
    for short, long in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
        "of": "urn:oasis:names:tc:opendocument:xmlns:of:1.2",
        "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    }.items()
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_VERSION = 'office:version="1.3"'
SEVERAL = "double"
"""The style of a table that is more than one page wide."""
_PAGES = {"narrow": (29.7, 21.0, 1), "wide": (42.0, 29.7, 1), SEVERAL: (42.0, 29.7, 2)}
"""Width and height of the page in cm, and how many of them a table is wide: A4 and A3 across."""
_MEDIA = {"/": MIMETYPE, "content.xml": "text/xml", "styles.xml": "text/xml", "meta.xml": "text/xml",
          "settings.xml": "text/xml"}  # fmt: skip
MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'manifest:version="1.3">'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in _MEDIA.items()
    )
    + "</manifest:manifest>"
)


def width_style(width: float) -> str:
    """The name of the style of a column so many characters wide."""
    return f"w{min(max(round(width), WIDTHS.start), WIDTHS.stop - 1)}"


def table_style(width: float) -> str:
    """The name of the style of a table so many characters wide: what it is printed on."""
    return "narrow" if width <= WIDEST_A4 else "wide" if width <= WIDEST_A3 else SEVERAL


def style_of(kind: str, decimals: int, look: str) -> str:
    """The name of the style of a cell."""
    name = f"decimal{decimals}" if kind == "decimal" else kind
    return f"{name}-{look}" if look else name


def content_head() -> str:
    """The beginning of `content.xml`: the styles of columns and cells, which come before the tables."""
    columns = "".join(
        f'<style:style style:name="w{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * _CM:.2f}cm"/></style:style>'
        for width in WIDTHS
    )
    table = "".join(
        f'<style:style style:name="{name}" style:family="table" style:master-page-name="{name}"/>'
        for name in _PAGES
    )
    return (
        f"{_XML}<office:document-content {_SPACES} {_VERSION}><office:font-face-decls>"
        f'<style:font-face style:name="{FONT}" svg:font-family={quoteattr(FONT)}/></office:font-face-decls>'
        f"<office:automatic-styles>{columns}{table}{_numbers()}{_cells()}</office:automatic-styles>"
        "<office:body><office:spreadsheet>\n"
    )


def _numbers() -> str:
    """How numbers and days are shown."""
    decimals = "".join(
        f'<number:number-style style:name="n-decimal{count}"><number:number number:min-integer-digits="1" '
        f'number:grouping="true" number:decimal-places="{count}" '
        f'number:min-decimal-places="{min(count, 1)}"/></number:number-style>'
        for count in range(9)
    )
    return (
        f"{decimals}"
        '<number:number-style style:name="n-integer"><number:number number:min-integer-digits="1" '
        'number:grouping="true" number:decimal-places="0"/></number:number-style>'
        '<number:number-style style:name="n-money"><number:number number:min-integer-digits="1" '
        'number:grouping="true" number:decimal-places="2"/></number:number-style>'
        '<number:percentage-style style:name="n-percent"><number:number number:min-integer-digits="1" '
        'number:decimal-places="1"/><number:text>%</number:text></number:percentage-style>'
        '<number:date-style style:name="n-date"><number:year number:style="long"/>'
        "<number:text>-</number:text>"
        '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
        "</number:date-style>"
        '<number:text-style style:name="n-text"><number:text-content/></number:text-style>'
    )


def _cells() -> str:
    border = f"0.5pt solid {LINE}"
    found = []
    for look, back, weight in (("", "", "normal"), ("total", PALE, "bold")):
        for kind in ("text", "integer", "percent", "money", "date", *(f"decimal{n}" for n in range(9))):
            align = {"text": "start", "date": "center"}.get(kind, "end")
            name = f"{kind}-{look}" if look else kind
            found.append(_style(name, f"n-{kind}", border, back, INK, 10, weight, align))
    found.append(_style("head", "n-text", border, GREEN, CREAM, 10, "bold", "center"))
    found.append(_style("group", "n-text", border, GREEN, CREAM, 10, "bold", "start", wraps=False))
    found.append(_style("title", "n-text", "", "", GREEN, 15, "bold", "start", wraps=False))
    found.append(_style("soft", "n-text", "", "", SOFT, 9, "normal", "start", wraps=False))
    return "".join(found)


def _style(
    name: str, numbers: str, border: str, back: str, ink: str, size: int, weight: str, align: str,
    *, wraps: bool = True,
) -> str:  # fmt: skip
    cell = f' fo:border="{border}"' if border else ""
    cell += f' fo:background-color="{back}"' if back else ""
    cell += ' fo:wrap-option="wrap"' if wraps else ""
    font = f'style:font-name="{FONT}" style:font-name-asian="{FONT}"'
    sizes = f'fo:font-size="{size}pt" style:font-size-asian="{size}pt"'
    bold = f'fo:font-weight="{weight}" style:font-weight-asian="{weight}"'
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="{numbers}">'
        f'<style:table-cell-properties style:vertical-align="middle" fo:padding="0.06cm"{cell}/>'
        f'<style:paragraph-properties fo:text-align="{align}"/>'
        f'<style:text-properties {font} {sizes} {bold} fo:color="{ink}"/></style:style>'
    )


def styles_xml(pages: str) -> str:
    """The pages: one or two of them wide, the sheet's name and the page below. pages: a sentence with \\0 and
    \\1 where the number of the page and of all pages stand."""
    numbered = escape(pages).replace("\0", "<text:page-number/>").replace("\1", "<text:page-count/>")
    foot = (
        "<style:footer><style:region-left><text:p><text:sheet-name/></text:p></style:region-left>"
        f"<style:region-right><text:p>{numbered}</text:p></style:region-right></style:footer>"
    )
    layouts = "".join(
        f'<style:page-layout style:name="page-{name}"><style:page-layout-properties '
        f'fo:page-width="{width}cm" fo:page-height="{height}cm" style:print-orientation="landscape" '
        f'fo:margin="1cm" style:scale-to-X="{wide}" style:scale-to-Y="0" '
        'style:table-centering="horizontal"/><style:header-style/><style:footer-style>'
        '<style:header-footer-properties fo:min-height="0.6cm" fo:margin-top="0.2cm"/></style:footer-style>'
        "</style:page-layout>"
        for name, (width, height, wide) in _PAGES.items()
    )
    masters = "".join(
        f'<style:master-page style:name="{name}" style:page-layout-name="page-{name}">'
        f'<style:header style:display="false"/>{foot}</style:master-page>'
        for name in _PAGES
    )
    return (
        f"{_XML}<office:document-styles {_SPACES} {_VERSION}><office:automatic-styles>{layouts}"
        f"</office:automatic-styles><office:master-styles>{masters}</office:master-styles>"
        "</office:document-styles>"
    )


def meta_xml(title: str, about: str, made_at: datetime) -> str:
    """What the file says of itself; the keyword tells that it may be written anew."""
    return (
        f"{_XML}<office:document-meta {_SPACES} {_VERSION}><office:meta>"
        "<meta:generator>Gushu</meta:generator>"
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(about)}</dc:description>"
        f"<meta:keyword>{MADE_HERE}</meta:keyword>"
        f"<meta:creation-date>{made_at:%Y-%m-%dT%H:%M:%SZ}</meta:creation-date>"
        "</office:meta></office:document-meta>"
    )


def settings_xml(pages: Sequence[tuple[str, int]]) -> str:
    """The headings stay in sight. pages: each sheet's name and how many rows stand above what moves."""
    entries = "".join(
        f"<config:config-item-map-entry config:name={quoteattr(name)}>"
        + "".join(
            f'<config:config-item config:name="{item}" config:type="{kind}">{value}</config:config-item>'
            for item, kind, value in (
                ("VerticalSplitMode", "short", 2),
                ("VerticalSplitPosition", "int", rows),
                ("PositionTop", "int", 0),
                ("PositionBottom", "int", rows),
                ("ActiveSplitRange", "short", 2),
            )
        )
        + "</config:config-item-map-entry>"
        for name, rows in pages
    )
    return (
        f"{_XML}<office:document-settings {_SPACES} {_VERSION}><office:settings>"
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        f'<config:config-item-map-named config:name="Tables">{entries}</config:config-item-map-named>'
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set>"
        "</office:settings></office:document-settings>"
    )
