"""Bytes of a Python file to text and back, by the rules of PEP 263."""

from __future__ import annotations

import io
import re
import tokenize

from paramedic.model.errors import SourceError

_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOM = b"\xef\xbb\xbf"


def decode(raw: bytes, name: str) -> str:
    """The text with its newlines as they are, without a byte order mark. Raises ``SourceError`` when it is not text."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        return raw.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"{name} is not text in its declared encoding.") from error


def encode(text: str) -> bytes:
    """The inverse of ``decode``: by the text's own coding cookie where it has one, else UTF-8.

    Text that its cookie cannot express is written as UTF-8, so that the interpreter reports it and nothing is lost here.
    """
    for line in text.splitlines()[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            try:
                return text.encode(cookie.group(1))
            except (LookupError, UnicodeEncodeError):
                break
        if line.strip() and not line.lstrip().startswith("#"):
            break
    return text.encode("utf-8", errors="surrogateescape")


def has_byte_order_mark(raw: bytes) -> bool:
    return raw.startswith(_BOM)
