import io

from pdfminer.high_level import extract_text

PAGE = b"BT /F 12 Tf 10 1" + 320 * b"0" + b" Td (Invoice) Tj ET"
FILE = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


def trigger():
    return extract_text(io.BytesIO(FILE % (len(PAGE), PAGE)))
