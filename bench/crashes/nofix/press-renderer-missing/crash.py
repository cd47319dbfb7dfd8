from pathlib import Path

from press.tasks import render

Path("flyer.html").write_text("<h1>Open day</h1>")
render.apply(args=["flyer.html", "Open day"])
