from aiohttp.multipart import parse_content_disposition

VARIANTS = [
    lambda: parse_content_disposition("attachment; filename="),
    lambda: parse_content_disposition("form-data; name=; filename=a.txt"),
    lambda: parse_content_disposition('form-data; name="note"; filename="a;b.txt"'),
    lambda: parse_content_disposition('form-data; name=""'),
    lambda: parse_content_disposition("inline; filename=a b"),
    lambda: parse_content_disposition(""),
]
