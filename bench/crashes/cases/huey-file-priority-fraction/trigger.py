import tempfile

from huey import FileHuey


def trigger():
    with tempfile.TemporaryDirectory() as folder:
        huey = FileHuey("mail", path=folder)
        send = huey.task(name="send")(lambda to: to)
        send("ann", priority=2.5)
        return [huey.dequeue().args, len(huey)]
