from voluptuous import MultipleInvalid, Range, Schema


def trigger():
    schema = Schema({"port": Range(min=1, max=65535)})
    try:
        return schema({"port": None})
    except MultipleInvalid as refused:
        return str(refused)
