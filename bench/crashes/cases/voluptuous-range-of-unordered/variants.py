from voluptuous import Invalid, Range, Schema


def told(validator, value):
    def tell():
        try:
            return Schema(validator)(value)
        except Invalid as refused:
            return str(refused)

    return tell


VARIANTS = [
    told(Range(min=3), "abc"),
    told(Range(max=3, max_included=False), [1]),
    told(Range(min=0, msg="positive, please"), {}),
    told(Range(min=1, max=9), 12),
    told(Range(min=1, max=9), 4),
    told(Range(), None),
]
