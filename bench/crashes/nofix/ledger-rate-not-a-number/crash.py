import os
import runpy

os.environ["LEDGER_RATE_BP"] = "1,25 %"
runpy.run_module("ledger.nightly", run_name="__main__")
