from werkzeug.http import parse_content_range_header


def trigger():
    header = "bytes */-1"
    parsed = parse_content_range_header(header)
    return parsed and parsed.to_header()
