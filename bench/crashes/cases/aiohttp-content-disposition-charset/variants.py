from aiohttp.multipart import parse_content_disposition

VARIANTS = [
    lambda: parse_content_disposition("form-data; name=a; filename*=klingon''b%20c"),
    lambda: parse_content_disposition("form-data; filename*=x''1; name=a"),
    lambda: parse_content_disposition("attachment; filename*=utf-8''caf%C3%A9.txt"),
    lambda: parse_content_disposition("attachment; filename*=utf-8''caf%E9.txt"),
    lambda: parse_content_disposition("attachment; filename*=''plain.txt"),
    lambda: parse_content_disposition("attachment; filename*=plain.txt"),
]
