import mistune


def counted(text):
    def count():
        page = mistune.html(text)
        return [page.count(mark) for mark in ("<ul>", "<ol", "<li>")]

    return count


VARIANTS = [
    counted("* a\n- b\n" * 300),
    counted("1. a\n1) b\n+ c\n" * 250),
    lambda: mistune.html("- a\n1. b\n- c\n"),
    lambda: mistune.html("- a\n    1. b\n    - c\n1. d\n"),
    lambda: mistune.html("1. a\n\n   text\n\n- b\n\nend\n"),
    counted("- a\n" * 600),
    counted("> - a\n> 1. b\n"),
]
