import tinycss2


def tokens(css):
    def tokenize():
        return [
            [token.type, ascii(getattr(token, "lower_name", getattr(token, "lower_unit", "")))]
            for token in tinycss2.parse_component_value_list(css)
        ]

    return tokenize


VARIANTS = [
    tokens(r"\dfff ("),
    tokens(r"b\d83d(1) c"),
    tokens(r"3\d800 "),
    tokens("URL(a.png) Rgb(1 2 3)"),
    tokens(r"\75 rl(a.png)"),
    tokens("3PX 4% É(1)"),
    tokens(r"\110000(1)"),
]
