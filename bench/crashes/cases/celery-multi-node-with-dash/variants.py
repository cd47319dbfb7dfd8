from celery.apps.multi import MultiParser, NamespacedOptionParser


def nodes(*arguments):
    def parse():
        options = NamespacedOptionParser(list(arguments))
        options.parse()
        found = MultiParser(cmd="celery worker", append="").parse(options)
        return [[node.name.split("@")[0], node.options.get("-c"), node.options.get("-Q")] for node in found]

    return parse


VARIANTS = [
    nodes("web-a", "-Q:web-a", "fast"),
    nodes("a-b-c", "-c:a-b-c", "1", "-c", "2"),
    nodes("a", "b", "-c:a,b", "4"),
    nodes("3", "-c:1-2", "5"),
    nodes("mail", "-c:mail", "3"),
    nodes("web-1"),
]
