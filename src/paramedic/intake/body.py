"""Reading a request's body within bounds: on the wire, and after decompression."""

from __future__ import annotations

import zlib

import brotli
import zstandard
from starlette.requests import Request

from paramedic.intake.answers import Refused

_CHUNK = 64 * 1024


async def read_body(request: Request, limit: int) -> bytes:
    """The raw bytes. Refuses with 413 as soon as more than ``limit`` have come, or are announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(limit: int) -> Refused:
    return Refused(413, f"The body is larger than {limit} bytes.", "Raise PARAMEDIC_BODY_LIMIT if such bodies are expected.")


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its ``Content-Encoding``. Refuses a bomb with 413, an unknown or broken encoding with 400 or 415."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    inflater = _INFLATERS.get(name)
    if inflater is None:
        raise Refused(415, f"Content-Encoding {name[:20]!r} is not known.", f"Use one of {', '.join(sorted(_INFLATERS))}.")
    try:
        inflated = inflater(body, limit)
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
        raise Refused(400, f"The body is not valid {name}.", "Send the bytes as the encoder gave them.") from error
    if len(inflated) > limit:
        raise Refused(
            413, f"The body inflates to more than {limit} bytes.", "Raise PARAMEDIC_INFLATED_LIMIT if it should be taken."
        )
    return inflated


def _gzip(body: bytes, limit: int) -> bytes:
    return _zlib(body, limit, 31)


def _deflate(body: bytes, limit: int) -> bytes:
    """ "deflate" means zlib's format, but some clients send the bare stream."""
    try:
        return _zlib(body, limit, 15)
    except zlib.error:
        return _zlib(body, limit, -15)


def _zlib(body: bytes, limit: int, window: int) -> bytes:
    inflater = zlib.decompressobj(window)
    inflated = inflater.decompress(body, limit + 1)
    if not inflater.eof and len(inflated) <= limit:
        raise EOFError("the stream ends early")
    return inflated


def _brotli(body: bytes, limit: int) -> bytes:
    inflater, inflated = brotli.Decompressor(), bytearray()
    part = inflater.process(body, output_buffer_limit=_CHUNK)
    while part and len(inflated) <= limit:
        inflated += part
        part = inflater.process(b"", output_buffer_limit=_CHUNK)
    if len(inflated) <= limit and not inflater.is_finished():
        raise EOFError("the stream ends early")
    return bytes(inflated)


def _zstd(body: bytes, limit: int) -> bytes:
    inflated = bytearray()
    # The window bounds the memory that a hostile frame header can ask for.
    reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(body, read_across_frames=True)
    while len(inflated) <= limit and (part := reader.read(_CHUNK)):
        inflated += part
    return bytes(inflated)


_INFLATERS = {"gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
