from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, SelectMultipleField


def field(choices, kind=SelectField, data=None):
    def render():
        shape = type("Shape", (Form,), {"size": kind("Size", choices=choices)})
        form = shape(MultiDict(data or {}))
        return [str(form.size()), form.validate(), form.errors]

    return render


VARIANTS = [
    lambda: str(SelectField("Size", choices=[]).bind(Form(), "size")()),
    lambda: list(SelectField("Size", choices=()).bind(Form(), "size").iter_choices()),
    lambda: list(SelectField("Size").bind(Form(), "size").iter_choices()),
    field([("s", "Small"), ("m", "Medium")], data={"size": "m"}),
    field(["s", "m"], data={"size": "s"}),
    field([("s", "Small")], SelectMultipleField, {"size": "s"}),
]
