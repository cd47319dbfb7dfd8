from aiohttp.multipart import content_disposition_filename, parse_content_disposition


def trigger():
    kind, parameters = parse_content_disposition("form-data; name=upload; filename=")
    return [kind, parameters, content_disposition_filename(parameters)]
