import tomlkit


def trigger():
    document = tomlkit.parse("hosts = ['a','b']\n")
    document["hosts"].remove("a")
    return tomlkit.dumps(document)
