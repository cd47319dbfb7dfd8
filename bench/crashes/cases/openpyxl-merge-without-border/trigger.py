from openpyxl import Workbook
from openpyxl.styles import Border, Side


def trigger():
    sheet = Workbook().active
    sheet["A1"] = "Total"
    sheet["A1"].border = Border(bottom=Side(style="thin"), top=None)
    sheet.merge_cells("A1:C1")
    return [cell.border.bottom.style for cell in sheet[1]]
