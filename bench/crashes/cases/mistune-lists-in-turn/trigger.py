import mistune


def trigger():
    notes = "- fixed\n1. step\n" * 300
    return mistune.html(notes).count("<li>")
