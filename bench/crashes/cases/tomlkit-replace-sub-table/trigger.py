import tomlkit

SETTINGS = """[tool.cache]
size = 1
[tool.log]
level = "info"
"""


def trigger():
    document = tomlkit.parse(SETTINGS)
    document["tool"]["cache"] = False
    return tomlkit.dumps(document)
