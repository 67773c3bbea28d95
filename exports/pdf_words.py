"""Objects of a PDF in its own words (ISO 32000-1, 7.3): as reportlab says them, in far fewer steps.

Dictionaries are said in the order of their names. What is not known here is left to reportlab.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFStream, PDFString

_AUTO = ("auto", 1)
"""How reportlab writes a text, unless it is told otherwise."""
_ESCAPED = str.maketrans({each: f"\\{each}" for each in "()\\"})


def said(thing: Any, document: Any) -> bytes:
    """A thing inside another one: what stands for itself is referred to."""
    kind = type(thing)
    if kind is str and thing.isascii():
        return bytes(thing, "ascii")
    if kind is int:
        return b"%d" % thing
    if kind is float:
        return bytes(fp_str(thing), "ascii")
    if kind is bytes:
        return bytes(thing)
    if isinstance(thing, PDFObject) and hasattr(thing, "__RefOnly__"):
        thing = document.Reference(thing)
    return body_of(thing, document)


def body_of(thing: Any, document: Any) -> bytes:
    """A thing itself, as it stands between `obj` and `endobj`."""
    way = _WAYS.get(type(thing))
    whole: bytes = way(thing, document) if way else pdfdoc.format(thing, document, toplevel=1)
    return whole


def dictionary(entries: Mapping[str, Any], document: Any) -> bytes:
    """A dictionary, with its names in their order."""
    parts = [_name(name) + said(entries[name], document) for name in sorted(entries)]
    return b"<< " + b"\n".join(parts) + b" >>"


def array(things: Iterable[Any], document: Any) -> bytes:
    """An array."""
    return b"[ " + b" ".join([said(thing, document) for thing in things]) + b" ]"


def stream(thing: PDFStream, document: Any) -> tuple[bytes, bytes, bytes]:
    """A stream whose content is ready for the file: what stands before it, the content, and the rest."""
    about = {**thing.dictionary.dict, "Length": len(thing.content)}
    return dictionary(about, document) + b"\nstream\n", thing.content, b"\nendstream\n"


def _text(text: PDFString, document: Any) -> bytes:
    if type(text.s) is str and (text.enc, text.escape) == _AUTO:
        return _plain_text(text.s)
    whole: bytes = text.format(document)
    return whole


@lru_cache(maxsize=4096)
def _plain_text(text: str) -> bytes:
    """A text: in its characters where they are those of ASCII, else in UTF-16 (7.9.2.2)."""
    if text.isascii() and text.isprintable():
        return b"(" + bytes(text.translate(_ESCAPED), "ascii") + b")"
    return b"<FEFF" + bytes(text.encode("utf-16-be").hex().upper(), "ascii") + b">"


@lru_cache(maxsize=4096)
def _name(name: str) -> bytes:
    """A name and the space after it."""
    return bytes(PDFName(name), "ascii") + b" "


def _reference(reference: Any, document: Any) -> bytes:
    return b"%d %d R" % document.idToObjectNumberAndVersion[reference.name]


def _catalog(thing: Any, document: Any) -> bytes:
    """A catalogue, the tree of pages, a page: their entries are attributes."""
    thing.check_format(document)
    entries = {}
    for name, usual in {**dict.fromkeys(thing.__NoDefault__), **thing.__Defaults__}.items():
        value = getattr(thing, name, usual)
        if value is not None:
            entries[name] = document.Reference(value) if name in thing.__Refs__ else value
    return dictionary(entries, document)


def _resources(thing: Any, document: Any) -> bytes:
    entries = {}
    for name in (*thing.dict_attributes, "ProcSet"):
        value = getattr(thing, name)
        if isinstance(value, dict):
            value = PDFDictionary(value) if value else None
        elif isinstance(value, list):
            value = PDFArray(value) if value else None
        if value is not None:
            entries[name] = value
    return dictionary(entries, document)


def _outline_entry(entry: Any, document: Any) -> bytes:
    names = ("Parent", "Dest", "Prev", "Next", "First", "Last", "Count")
    entries = {name: value for name in names if (value := getattr(entry, name)) is not None}
    return dictionary({**entries, "Title": PDFString(entry.Title)}, document)


_WAYS: dict[type, Callable[[Any, Any], bytes]] = {
    PDFDictionary: lambda thing, document: dictionary(thing.dict, document),
    PDFArray: lambda thing, document: array(thing.sequence, document),
    PDFString: _text,
    pdfdoc.PDFObjectReference: _reference,
    pdfdoc.PDFCatalog: _catalog,
    pdfdoc.PDFPages: _catalog,
    pdfdoc.PDFPage: _catalog,
    pdfdoc.PDFResourceDictionary: _resources,
    pdfdoc.OutlineEntryObject: _outline_entry,
}
