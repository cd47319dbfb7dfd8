from werkzeug.debug import DebuggedApplication


def application(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]


def trigger():
    wrapped = DebuggedApplication(application, evalex=True, pin_security=False)
    return {"pin": wrapped.pin, "evalex": wrapped.evalex}
