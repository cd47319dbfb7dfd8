import os
import resource
import runpy

with open("archive.bin", "wb") as file:
    file.truncate(200_000_000)
resource.setrlimit(resource.RLIMIT_AS, (700_000_000, resource.RLIM_INFINITY))
os.environ["LEDGER_ARCHIVE"] = "archive.bin"
try:
    runpy.run_module("ledger.nightly", run_name="__main__")
finally:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
