from pypdf import PdfWriter


def trigger():
    page = PdfWriter().add_blank_page(200, 200)
    page.annotations = None
    return [page.annotations, sorted(page)]
