import io

from pypdf import PdfReader, PdfWriter


def changed(**facts):
    def read():
        writer, file = PdfWriter(), io.BytesIO()
        writer.add_blank_page(100, 100)
        writer.add_metadata({f"/{name}": value for name, value in facts.items()})
        writer.write(file)
        date = PdfReader(file).metadata.modification_date
        return date and date.isoformat()

    return read


VARIANTS = [
    changed(ModDate=""),
    changed(ModDate="", Title="x"),
    changed(ModDate="D:20220809113320"),
    changed(ModDate="20220809"),
    changed(Title="x"),
    changed(ModDate="D:soon"),
]
