import structlog


def trigger():
    kept = structlog.testing.CapturingLogger()
    log = structlog.wrap_logger(kept, processors=[], wrapper_class=structlog.make_filtering_bound_logger(20))
    log.info("disk 93% full", host="db-1")
    return [[call.method_name, call.kwargs] for call in kept.calls]
