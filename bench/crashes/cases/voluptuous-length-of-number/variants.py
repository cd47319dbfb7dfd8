from voluptuous import Invalid, Length, Schema


def told(validator, value):
    def tell():
        try:
            return Schema(validator)(value)
        except Invalid as refused:
            return str(refused)

    return tell


VARIANTS = [
    told(Length(max=3), None),
    told(Length(min=1, msg="a text, please"), 2.5),
    told(Length(min=2), "a"),
    told(Length(max=2), [1, 2, 3]),
    told(Length(min=1, max=5), "fine"),
    told(Length(), 7),
]
