from voluptuous import MultipleInvalid, Length, Schema


def trigger():
    schema = Schema({"name": Length(min=1, max=40)})
    try:
        return schema({"name": 7})
    except MultipleInvalid as refused:
        return str(refused)
