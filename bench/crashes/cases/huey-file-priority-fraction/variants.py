import tempfile

from huey.storage import FileStorage


def order(*priorities):
    def take():
        with tempfile.TemporaryDirectory() as folder:
            storage = FileStorage("jobs", folder)
            for number, priority in enumerate(priorities):
                storage.enqueue(str(number).encode(), priority)
            return [storage.dequeue().decode() for _ in priorities]

    return take


VARIANTS = [
    order(1.5, 2.5),
    order(0.1),
    order(1, 7.0),
    order(1, 5, 3),
    order(None, 2),
    order(-1),
]
