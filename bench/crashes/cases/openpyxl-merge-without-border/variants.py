from openpyxl import Workbook
from openpyxl.styles import Border, Side


def merged(cells, **sides):
    def merge():
        sheet = Workbook().active
        sheet["B2"].border = Border(**sides)
        sheet.merge_cells(cells)
        found = [getattr(sheet["C3"].border, name) for name in ("left", "right", "top", "bottom")]
        return [[side and side.style for side in found], sheet.dimensions]

    return merge


VARIANTS = [
    merged("B2:C3", left=None),
    merged("B2:C2", right=None, bottom=None),
    merged("B2:C3", left=Side(), right=Side(style="thick"), top=Side(), bottom=Side()),
    merged("B2:C3", left=Side(), right=Side(), top=Side(), bottom=Side()),
    lambda: [str(cells) for cells in Workbook().active.merged_cells.ranges],
]
