import io

from pdfminer.high_level import extract_text
from trigger import FILE


def text(page):
    return lambda: extract_text(io.BytesIO(FILE % (len(page), page)))


VARIANTS = [
    text(b"BT /F 12 Tf 10 /Name Td (a) Tj ET"),
    text(b"BT /F 12 Tf [1] 10 TD (b) Tj ET"),
    text(b"BT /F 12 Tf 10 null Td (c) Tj ET"),
    text(b"BT /F 12 Tf 10 10 Td (d) Tj 0 -20 TD (e) Tj ET"),
    text(b"BT /F 12 Tf 10 Td (f) Tj ET"),
    text(b"BT /F 12 Tf 1.5 -2 TD (g) Tj ET"),
]
