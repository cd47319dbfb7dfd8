import io

from openpyxl import Workbook, load_workbook


def read(value, pattern="yyyy-mm-dd", **options):
    def load():
        workbook, file = Workbook(), io.BytesIO()
        workbook.active["A1"] = value
        workbook.active["A1"].number_format = pattern
        workbook.save(file)
        return str(next(load_workbook(file, **options).active.rows)[0].value)

    return load


VARIANTS = [
    read(1e20),
    read(3_000_000, "hh:mm"),
    read(1_000_000_000, read_only=True),
    read(44000),
    read(44000.5, "yyyy-mm-dd hh:mm"),
    read(1e20, "0"),
]
