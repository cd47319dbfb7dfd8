import io

from pypdf import PdfReader, PdfWriter


def trigger():
    writer, file = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": "Invoice", "/CreationDate": ""})
    writer.write(file)
    about = PdfReader(file).metadata
    return [about.title, about.creation_date]
