import structlog


def logged(*message, level="warning", **context):
    def log():
        kept = structlog.testing.CapturingLogger()
        bound = structlog.wrap_logger(kept, processors=[], wrapper_class=structlog.make_filtering_bound_logger(20))
        getattr(bound, level)(*message, **context)
        return [[call.method_name, call.kwargs] for call in kept.calls]

    return log


def by_number(*message):
    def log():
        kept = structlog.testing.CapturingLogger()
        bound = structlog.wrap_logger(kept, processors=[], wrapper_class=structlog.make_filtering_bound_logger(20))
        bound.log(30, *message)
        return [[call.method_name, call.kwargs] for call in kept.calls]

    return log


VARIANTS = [
    logged({"code": 7}, host="a"),
    logged("100%"),
    logged(404),
    by_number("50% done"),
    by_number("%d%% done", 50),
    logged("%s of %d", "a", 3, host="b"),
    logged("%d left", "none"),
    logged("hidden", level="debug"),
]
