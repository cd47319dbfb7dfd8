from werkzeug.debug import DebuggedApplication


def wrapped(**options):
    return DebuggedApplication(lambda environ, start_response: [], **options)


def changed(*pins):
    application = wrapped(pin_logging=False)
    seen = []
    for pin in pins:
        application.pin = pin
        seen.append(application.pin)
    return seen


VARIANTS = [
    lambda: wrapped(pin_security=False, pin_logging=False).pin,
    lambda: wrapped(evalex=False, pin_security=False).evalex,
    lambda: changed("123"),
    lambda: changed("123", "456"),
    lambda: wrapped(evalex=True, pin_logging=False).evalex,
]
