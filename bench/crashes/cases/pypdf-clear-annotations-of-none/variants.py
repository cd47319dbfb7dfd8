from pypdf import PdfWriter
from pypdf.generic import ArrayObject


def cleared(*annotations):
    page = PdfWriter().add_blank_page(100, 50)
    for each in annotations:
        page.annotations = each
    return [page.annotations, "/Annots" in page]


VARIANTS = [
    lambda: cleared(None),
    lambda: cleared(ArrayObject(), None, None),
    lambda: cleared(None, ArrayObject()),
    lambda: cleared(ArrayObject(), None),
    lambda: cleared(ArrayObject()),
    lambda: cleared(),
]
