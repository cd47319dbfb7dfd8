from celery.apps.multi import MultiParser, NamespacedOptionParser


def trigger():
    arguments = NamespacedOptionParser(["mail-out", "-c:mail-out", "3"])
    arguments.parse()
    nodes = MultiParser(cmd="celery worker", append="").parse(arguments)
    return [node.name.split("@")[0] for node in nodes]
