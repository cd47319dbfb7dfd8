import attrs


def trigger():
    seen = []

    def before(self, host, port):
        seen.append([host, port])

    server = attrs.make_class(
        "Server",
        {"host": attrs.field(), "port": attrs.field(default=5432, kw_only=True)},
        class_body={"__attrs_pre_init__": before},
    )
    return [attrs.asdict(server("db-1")), seen]
