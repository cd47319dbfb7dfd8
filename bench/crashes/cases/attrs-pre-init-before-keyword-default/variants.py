import attrs


def made(fields, before, *given, **named):
    def make():
        seen = []
        scope = {"__attrs_pre_init__": before(seen)}
        kind = attrs.make_class("Kind", fields(), class_body=scope)
        return [attrs.asdict(kind(*given, **named)), seen]

    return make


def nothing(seen):
    def before(self):
        seen.append([])

    return before


def one(seen):
    def before(self, a):
        seen.append([a])

    return before


def two(seen):
    def before(self, a, b):
        seen.append([a, b])

    return before


VARIANTS = [
    made(lambda: {"a": attrs.field(default=1, kw_only=True)}, one),
    made(lambda: {"a": attrs.field(), "b": attrs.field(default=2, kw_only=True)}, two, 1, b=7),
    made(lambda: {"a": attrs.field(factory=list, kw_only=True)}, one, a=[1]),
    made(lambda: {"a": attrs.field(kw_only=True)}, one, a=3),
    made(lambda: {"a": attrs.field(), "b": attrs.field(default=2)}, two, 1),
    made(lambda: {"a": attrs.field(), "b": attrs.field(default=2, kw_only=True)}, nothing, 1),
]
