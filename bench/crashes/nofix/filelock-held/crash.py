import subprocess
import sys

from filelock import FileLock


def reindex():
    with FileLock("index.lock", timeout=0.2):
        return "done"


holder = "import filelock, sys; lock = filelock.FileLock('index.lock'); lock.acquire(); print('held', flush=True); sys.stdin.read()"
pipe = subprocess.PIPE
with subprocess.Popen([sys.executable, "-c", holder], stdin=pipe, stdout=pipe) as other:
    other.stdout.readline()
    try:
        reindex()
    finally:
        other.stdin.close()
