import tomlkit


def without(text, index):
    def delete():
        document = tomlkit.parse(text)
        del document["a"][index]
        return tomlkit.dumps(document)

    return delete


VARIANTS = [
    without("a = [ 1,2 ]\n", 0),
    without("a = [\n  1,2,3\n]\n", 0),
    without("a = [\n  1,2,3\n]\n", 1),
    without("a = [1, 2]\n", 0),
    without("a = [\n  1,\n  2,\n]\n", 0),
    without("a = [1]\n", 0),
]
