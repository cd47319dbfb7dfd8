from pathlib import Path

from press.tasks import export

Path("jobs.csv").symlink_to("/dev/full")
export.apply(args=[[{"number": 7, "copies": 50}, {"number": 8, "copies": 20, "paper": "a3"}], "jobs.csv"])
