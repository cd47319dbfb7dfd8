from loguru import logger


def logged(message, *args, colors=True, **options):
    def log():
        written = []
        logger.remove()
        logger.add(written.append, format="{message}", colorize=False, catch=False)
        logger.opt(colors=colors).info(message, *args, **options)
        return [str(line) for line in written]

    return log


def kept(message):
    records = []
    logger.remove()
    logger.add(lambda line: records.append(line.record["message"]), format="{message}", catch=False)
    logger.info(message)
    return [type(record).__name__ for record in records]


VARIANTS = [
    logged(None),
    logged(404),
    logged(ValueError("no stock")),
    lambda: kept(404),
    logged("<red>late</red>"),
    logged("{} <b>late</b>", 3),
    logged(["a", "b"], colors=False),
]
