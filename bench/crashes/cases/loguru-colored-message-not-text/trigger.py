from loguru import logger


def trigger():
    written = []
    logger.remove()
    logger.add(written.append, format="{level}: {message}")
    logger.opt(colors=True).warning({"queue": "mail", "waiting": 17})
    return [str(line) for line in written]
