import tinycss2

THEME = r"a { width: \d800(4px); color: red }"


def trigger():
    [rule] = tinycss2.parse_stylesheet(THEME)
    found = tinycss2.parse_declaration_list(rule.content, skip_whitespace=True)
    return [declaration.name for declaration in found]
