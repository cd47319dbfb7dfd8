from import_export.widgets import SimpleArrayWidget

VARIANTS = [
    lambda: SimpleArrayWidget().render(None),
    lambda: SimpleArrayWidget("|").render(None),
    lambda: SimpleArrayWidget().render([]),
    lambda: SimpleArrayWidget().render(["a", 2, None]),
    lambda: SimpleArrayWidget(";").clean("a;b"),
    lambda: SimpleArrayWidget().clean(None),
]
