"""What a PDF says, as tests read it."""

import io
from pathlib import Path

import pypdf


def text_of(pdf: bytes | Path, *, first: bool = False) -> str:
    """The text of a PDF, or that of its first page; its lines follow each other with a blank between."""
    pages = pypdf.PdfReader(io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf).pages
    return "".join(page.extract_text() for page in (pages[:1] if first else pages)).replace("\n", " ")


def squeezed_text_of(pdf: bytes | Path, *, first: bool = False) -> str:
    """The same without blanks: a long name is found wherever its line was broken."""
    return "".join(text_of(pdf, first=first).split())
