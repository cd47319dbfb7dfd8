import io

from openpyxl import Workbook, load_workbook


def trigger():
    workbook, file = Workbook(), io.BytesIO()
    workbook.active.append(["due", 99999999])
    workbook.active["B1"].number_format = "yyyy-mm-dd"
    workbook.save(file)
    return [cell.value for cell in load_workbook(file).active[1]]
