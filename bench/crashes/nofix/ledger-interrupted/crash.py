import os
import runpy
import signal
import threading

os.environ["LEDGER_WINDOW_SECONDS"] = "30"
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
runpy.run_module("ledger.nightly", run_name="__main__")
