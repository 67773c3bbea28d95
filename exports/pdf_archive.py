"""PDF/A-3b: what makes a PDF of ours one that archives keep, and files that travel inside it.

ISO 19005-3, level B. It is written through reportlab's own objects while the PDF is drawn: metadata (XMP)
that say the same as the document information, an sRGB output intent, no font that is not embedded,
annotations that print, files with their relation to the document. Pages and pictures go to the file as they
are drawn.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO, Literal
from uuid import UUID
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFInfo,
    PDFName,
    PDFObject,
    PDFStream,
    PDFString,
)

from exports.pdf_words import body_of, dictionary, said, stream

PDF_VERSION = (1, 7)
"""PDF/A-3 builds on ISO 32000-1, which is PDF 1.7."""
PRINTED = 4
"""The flag of an annotation that is printed (ISO 32000-1, 12.5.3)."""
NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a document that is to have none: one there must be."""
PRODUCER = "Gushu"

Relation = Literal["Data", "Source", "Supplement", "Alternative"]
_OUTPUT_CONDITION = "sRGB IEC61966-2.1"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STREAM_END = b"endstream\n"
_HEADER = b"%PDF-1.7\n%\xe5\x8f\xa4\xe6\xa0\x91\n"
"""The second line holds more than four bytes above 127 (ISO 19005-3, 6.1.2)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the document. relation: what it is to the document (ISO 19005-3, 6.8)."""

    name: str
    content: bytes
    mime: str
    relation: Relation
    description: str


class ArchiveFile:
    """A PDF being written: objects in, in any order; each lands in `out` at once.

    `canvas` draws the pages; it is told of this file by `fonts.new_canvas`.
    """

    def __init__(self, document: Any, out: BinaryIO) -> None:
        self.document = document
        self.out = out
        self._at = 0
        self._offsets: dict[int, int] = {}
        self._attached: list[Attachment] = []
        self._made_at = NO_DAY
        document.info = _Info()
        document.Catalog.__NoDefault__ = [*document.Catalog.__NoDefault__, "AF", "OutputIntents"]

    def attach(self, file: Attachment) -> None:
        """Take a file along."""
        self._attached.append(file)

    def made_at(self, moment: datetime | None) -> None:
        """The document's date, aware; the clock is never read."""
        self._made_at = (moment or NO_DAY).astimezone(UTC).replace(microsecond=0)
        written = self._made_at.strftime("D:%Y%m%d%H%M%SZ")
        self.document.setDateFormatter(lambda *_: written)

    @property
    def size(self) -> int:
        """Bytes in the file so far."""
        return self._at

    def put(self, name: str) -> None:
        """Write an object now and forget it: it will not change any more."""
        document = self.document
        number, _ = document.idToObjectNumberAndVersion[name]
        if number in self._offsets:
            return
        thing = document.idToObject[name]
        parts = _parts(thing, document)
        if not self._at:
            self._write(_HEADER)
        self._offsets[number] = self._at
        for part in (b"%d 0 obj\n" % number, *parts, b"endobj\n"):
            self._write(part)
        document.idToObject[name] = _Written(thing)

    def finish(self, canvas: Any) -> None:
        """Write whatever has not been written, and what makes a file of it."""
        document = self.document
        for font in document.delayedFonts:
            font.addObjects(document)
        for file in self._attached:
            document.updateSignature(file.content)
        document.info.digest(document.signature)
        identity = document.signature.digest()
        self._describe(identity)
        catalog, info = document.Reference(document.Catalog), document.Reference(document.info)
        document.Outlines.prepare(document, canvas)
        if document.Outlines.ready < 0:
            document.Catalog.Outlines = None
        number = 0
        while (number := number + 1) in document.numberToId:  # writing one may bring others
            self.put(document.numberToId[number])
        entries = b"".join(b"%010d 00000 n \n" % self._offsets[each] for each in range(1, number))
        start, mark = self._at, identity.hex().upper().encode()
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % number + entries)
        root, about = said(catalog, document), said(info, document)
        self._write(
            b"trailer\n<< /Size %d /Root %s /Info %s /ID [<%s> <%s>] >>\n" % (number, root, about, mark, mark)
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _write(self, content: bytes) -> None:
        self.out.write(content)
        self._at += len(content)

    def _describe(self, identity: bytes) -> None:
        """What the catalog says: metadata, colours, files."""
        document, catalog = self.document, self.document.Catalog
        lang = getattr(catalog.Lang, "s", "") or ""
        packet = xmp(document.info, self._made_at, UUID(bytes=identity), lang)
        named = {"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}
        catalog.Metadata = PDFStream(PDFDictionary(named), content=packet)
        profile = _stream(_deflated_profile(), {"N": 3})
        intent = {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString(_OUTPUT_CONDITION),
            "RegistryName": PDFString("http://www.color.org"),
            "Info": PDFString(_OUTPUT_CONDITION),
            "DestOutputProfile": document.Reference(profile),
        }
        catalog.OutputIntents = PDFArray([PDFDictionary(intent)])
        catalog.MarkInfo = PDFDictionary({"Marked": "false"})  # no tags: level B asks for none
        catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})
        if self._attached:
            files = sorted(self._attached, key=lambda file: file.name)
            references = [document.Reference(self._specification(file)) for file in files]
            names = [
                each
                for file, ref in zip(files, references, strict=True)
                for each in (PDFString(file.name), ref)
            ]
            tree = PDFDictionary({"Names": PDFArray(names)})
            catalog.Names = PDFDictionary({"EmbeddedFiles": document.Reference(tree)})
            catalog.AF = PDFArray(references)

    def _specification(self, file: Attachment) -> PDFDictionary:
        digest = hashlib.md5(file.content, usedforsecurity=False).hexdigest()
        about = {
            "Size": len(file.content),
            "ModDate": PDFString(self._made_at.strftime("D:%Y%m%d%H%M%SZ")),
            "CheckSum": f"<{digest}>",
        }
        kind = {
            "Type": PDFName("EmbeddedFile"),
            "Subtype": _mime_name(file.mime),
            "Params": PDFDictionary(about),
        }
        stream = self.document.Reference(_deflated(file.content, kind))
        return PDFDictionary(
            {
                "Type": PDFName("Filespec"),
                "F": PDFString(file.name),
                "UF": PDFString(file.name),
                "Desc": PDFString(file.description),
                "AFRelationship": PDFName(file.relation),
                "EF": PDFDictionary({"F": stream, "UF": stream}),
            }
        )


def fit_for_xml(text: str) -> str:
    """`text` without control characters and what XML has no form for: both descriptions say the same."""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def xmp(info: PDFInfo, made_at: datetime, identity: UUID, lang: str) -> bytes:
    """The metadata packet: part 3, level B, and all that the document information says (6.6.2.3, 6.6.3)."""

    def said(name: str, text: str, kind: str = "") -> str:
        if not text:
            return ""
        if not kind:
            return f"<{name}>{escape(text)}</{name}>"
        mark = ' xml:lang="x-default"' if kind == "Alt" else ""
        return f"<{name}><rdf:{kind}><rdf:li{mark}>{escape(text)}</rdf:li></rdf:{kind}></{name}>"

    day = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    parts: Sequence[str] = (
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
        said("dc:format", "application/pdf"),
        said("dc:title", info.title, "Alt"),
        said("dc:creator", info.author, "Seq"),
        said("dc:description", info.subject, "Alt"),
        said("dc:language", lang, "Bag"),
        said("pdf:Keywords", info.keywords),
        said("pdf:Producer", info.producer),
        said("xmp:CreatorTool", info.creator),
        f"<xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate>",
        f"<xmp:MetadataDate>{day}</xmp:MetadataDate><xmpMM:DocumentID>uuid:{identity}</xmpMM:DocumentID>",
    )
    names = {
        "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "pdf": "http://ns.adobe.com/pdf/1.3/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    }
    spaces = "".join(f' xmlns:{name}="{address}"' for name, address in names.items())
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about=""{spaces}>\n'
        + "\n".join(part for part in parts if part)
        + '\n</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()


@lru_cache(maxsize=1)
def _deflated_profile() -> bytes:
    return zlib.compress(srgb_profile(), 9)


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The ICC profile of sRGB as littleCMS makes it, without the day on which it was made.

    It is one of version 4.2 (ISO 15076-1:2005), the newest that 6.2.3 knows: it uses nothing newer.
    """
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[8:12] = bytes.fromhex("04200000")
    made[24:36] = struct.pack(">6H", NO_DAY.year, NO_DAY.month, NO_DAY.day, 0, 0, 0)
    return bytes(made)


class _Info(PDFInfo):  # type: ignore[misc]
    """The document information, without what it does not say."""

    producer = PRODUCER

    def format(self, document: Any) -> bytes:
        made = PDFString(self._dateFormatter(*document._timeStamp.YMDhms))
        said = {
            "Title": self.title,
            "Author": self.author,
            "Subject": self.subject,
            "Keywords": self.keywords,
            "Creator": self.creator,
            "Producer": self.producer,
        }
        entries = {name: PDFString(text) for name, text in said.items() if text}
        return dictionary({**entries, "CreationDate": made, "ModDate": made}, document)


class _Written(PDFObject):  # type: ignore[misc]
    """Stands where an object was that is in the file already; of a picture it knows the size in pixels."""

    __RefOnly__ = 1

    def __init__(self, thing: Any) -> None:
        self.width, self.height = getattr(thing, "width", None), getattr(thing, "height", None)


def _parts(thing: Any, document: Any) -> Sequence[bytes]:
    """An object without its number. reportlab leaves out the line end that 6.1.7.1 asks for in a stream."""
    if type(thing) is PDFStream and thing.filters == ():
        return stream(thing, document)
    body = body_of(thing, document)
    if body.endswith(_STREAM_END):
        return body[: -len(_STREAM_END)], b"\n", _STREAM_END
    return (body,) if body.endswith(b"\n") else (body, b"\n")


def _mime_name(mime: str) -> str:
    """A MIME type as a name, its slash written as names write one."""
    return f"/{mime.replace('/', '#2F')}"


def _deflated(content: bytes, about: dict[str, Any]) -> PDFStream:
    """Bytes as a compressed stream."""
    return _stream(zlib.compress(content), about)


def _stream(squeezed: bytes, about: dict[str, Any]) -> PDFStream:
    entries = {**about, "Filter": PDFName("FlateDecode")}
    return PDFStream(PDFDictionary(entries), content=squeezed, filters=())
