from werkzeug.http import parse_content_range_header


def shown(header):
    def show():
        parsed = parse_content_range_header(header)
        return parsed and parsed.to_header()

    return show


VARIANTS = [
    shown("bytes */-200"),
    shown("items */-7"),
    shown("bytes */100"),
    shown("bytes 0-98/100"),
    shown("bytes 98-0/100"),
    shown("bytes */*"),
]
