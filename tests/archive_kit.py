"""Checks of the structure that PDF/A-3b asks for, by the clauses of ISO 19005-3; no validator takes part."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PDF = "{http://ns.adobe.com/pdf/1.3/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_BLENDS = {"/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"}
_SHOWING = {"Tj", "TJ", "'", '"'}


def problems(content: bytes) -> list[str]:
    """What in a PDF goes against PDF/A-3b, each with its clause; an empty list where nothing was found."""
    with pikepdf.open(BytesIO(content)) as pdf:
        return [*_file(content, pdf), *_metadata(pdf), *_colours(pdf), *_pages(pdf), *_attached(pdf)]


def _file(content: bytes, pdf: pikepdf.Pdf) -> Iterator[str]:
    first, second = content.split(b"\n", 2)[:2]
    if not re.fullmatch(rb"%PDF-1\.[0-7]", first) or not (
        second.startswith(b"%") and len(second) > 4 and all(byte > 127 for byte in second[1:5])
    ):
        yield "6.1.2 file header"
    if "/ID" not in pdf.trailer or "/Encrypt" in pdf.trailer:
        yield "6.1.3 trailer: an ID and no encryption"
    if not content.rstrip(b"\r\n").endswith(b"%%EOF") or len(content) - len(content.rstrip(b"\r\n")) > 2:
        yield "6.1.3 nothing after the end of the file"
    if re.search(rb"[^\r\n]endstream", content):
        yield "6.1.7.1 a line end before endstream"
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            filters = thing.get("/Filter", [])
            if "/LZWDecode" in str(filters):
                yield "6.1.7.2 no LZW"
            if "/F" in thing:
                yield "6.1.7.1 no stream in another file"
    for name in ("/AA", "/OCProperties", "/NeedsRendering", "/Requirements"):
        if name in pdf.Root:
            yield f"6.6/6.9 the catalog has {name}"
    if "/OpenAction" in pdf.Root or "/JavaScript" in pdf.Root.get("/Names", {}):
        yield "6.5.1 no actions on opening"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    stream = pdf.Root.get("/Metadata")
    if stream is None:
        yield "6.6.2.1 metadata"
        return
    packet = stream.read_bytes().decode()
    root = ElementTree.fromstring(re.sub(r"<\?xpacket.*?\?>", "", packet))
    text = {element.tag: (element.text or "") for element in root.iter()}
    if (text.get(f"{PDFAID}part"), text.get(f"{PDFAID}conformance")) != ("3", "B"):
        yield "6.6.4 version and level"
    told = {tag: [li.text or "" for li in root.iter(tag) for li in li.iter(f"{RDF}li")] for tag in
            (f"{DC}title", f"{DC}creator", f"{DC}description")}  # fmt: skip
    info = pdf.docinfo
    pairs = {
        "/Title": told[f"{DC}title"], "/Author": told[f"{DC}creator"], "/Subject": told[f"{DC}description"],
        "/Keywords": [text[f"{PDF}Keywords"]] if f"{PDF}Keywords" in text else [],
        "/Producer": [text[f"{PDF}Producer"]], "/Creator": [text[f"{XMP}CreatorTool"]],
    }  # fmt: skip
    for name, values in pairs.items():
        if ([str(info[name])] if name in info else []) != values:
            yield f"6.6.3 {name} and the metadata differ: {info.get(name)!r}, {values!r}"
    for name, tag in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
        digits = re.sub(r"\D", "", str(info.get(name, "")))
        if digits != re.sub(r"\D", "", text.get(f"{XMP}{tag}", "")) or len(digits) != 14:
            yield f"6.6.3 {name} and the metadata differ"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    intents = [each for each in pdf.Root.get("/OutputIntents", []) if each.S == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield "6.2.3 one output intent"
        return
    profile = intents[0].DestOutputProfile
    icc = profile.read_bytes()
    if profile.N != 3 or icc[12:16] not in (b"mntr", b"prtr") or icc[16:20] != b"RGB " or icc[8] > 4:
        yield "6.2.3 an RGB profile of a version that 6.2.3 knows"


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    fonts: dict[Any, Any] = {}
    for number, page in enumerate(pdf.pages, start=1):
        if "/Resources" not in page:
            yield f"6.2.2 page {number} names its resources"
        for name, font in page.Resources.get("/Font", {}).items():
            fonts[name, font.objgen] = font
        for state in page.Resources.get("/ExtGState", {}).values():
            if str(state.get("/BM", "/Normal")) not in _BLENDS or "/TR" in state or "/HTP" in state:
                yield f"6.2.5/6.2.10 graphics state on page {number}"
        for picture in page.Resources.get("/XObject", {}).values():
            yield from _picture(picture, number)
        used: set[str] = set()
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in {"k", "K"}:
                yield f"6.2.4.3 device CMYK on page {number}"
            if name == "Tf":
                used.add(str(operands[0]))
        if missing := used - set(page.Resources.get("/Font", {}).keys()):
            yield f"6.2.2 fonts that page {number} does not name: {missing}"
        yield from _annotations(page, number)
    for font in fonts.values():
        yield from _font(font)


def _annotations(page: Any, number: int) -> Iterator[str]:
    for annotation in page.get("/Annots", []):
        flags = int(annotation.get("/F", 0))
        if not flags & 4 or flags & 0b100011:
            yield f"6.3.2 an annotation of page {number} that is not printed"
        if annotation.get("/A", {}).get("/S", "/URI") not in ("/URI", "/GoTo"):
            yield f"6.5.1 an action of page {number}"


def _picture(picture: Any, page: int) -> Iterator[str]:
    if picture.get("/Interpolate", False) or "/Alternates" in picture or "/OPI" in picture:
        yield f"6.2.8 a picture of page {page}"
    if picture.get("/ColorSpace") == "/DeviceCMYK":
        yield f"6.2.4.3 a picture in CMYK on page {page}"


def _font(font: Any) -> Iterator[str]:
    called = str(font.get("/BaseFont", "?"))
    descriptor = font.get("/FontDescriptor")
    if descriptor is None or not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
        yield f"6.2.11.4.1 {called} is not embedded"
        return
    count = int(font.LastChar) - int(font.FirstChar) + 1
    if len(font.Widths) != count:
        yield f"6.2.11.5 widths of {called}"
    if int(descriptor.Flags) & 4 and "/Encoding" in font:
        yield f"6.2.11.6 a symbolic font with an encoding: {called}"
    if "/ToUnicode" not in font:
        yield f"6.2.11.7 {called} cannot be copied from"


def _attached(pdf: pikepdf.Pdf) -> Iterator[str]:
    associated = {each.objgen for each in pdf.Root.get("/AF", [])}
    for name, each in pdf.attachments.items():
        thing = each.obj
        if not {"/F", "/UF", "/AFRelationship"} <= set(thing.keys()):
            yield f"6.8 {name}: names and relation"
        if thing.objgen not in associated:
            yield f"6.8 {name} is not associated with the document"
        if "/Subtype" not in thing.EF.F or "/Params" not in thing.EF.F:
            yield f"6.8 {name}: type and date"
