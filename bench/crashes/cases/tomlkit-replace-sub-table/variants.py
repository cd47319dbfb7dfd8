import tomlkit


def replaced(text, *path):
    def replace():
        document = table = tomlkit.parse(text)
        for name in path[:-1]:
            table = table[name]
        table[path[-1]] = 7
        return tomlkit.dumps(document)

    return replace


VARIANTS = [
    replaced("[x.y.z]\nk = 1\n[x.y.w]\nk = 2\n", "x", "y", "z"),
    replaced("[a]\n[a.b]\nc = 1\n[a.d]\n", "a", "b"),
    replaced("[a.b]\nc = 1\n[a.d]\ne = 2\n", "a", "d"),
    replaced("[a.b]\nc = 1\n", "a", "b"),
    replaced("[a]\nb = 2 # two\n", "a", "b"),
    replaced("a = 1\n", "a"),
]
