from aiohttp.multipart import parse_content_disposition


def trigger():
    kind, parameters = parse_content_disposition("attachment; filename*=latin-99''invoice%E9.pdf")
    return [kind, parameters]
