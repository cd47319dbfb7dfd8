"""What the print shop does in the background."""

import os
from pathlib import Path

from press import preview, spool
from press.worker import app


@app.task
def render(document, title):
    """HTML to PDF, by the renderer that is installed beside the worker."""
    page = preview.page(title, Path(document).read_text())
    return preview.to_pdf(page, Path(document).with_suffix(".pdf"))


@app.task
def export(orders, target):
    return spool.write(orders, Path(target))


@app.task
def publish(number, state):
    return spool.announce(os.environ.get("PRESS_REDIS", "redis://127.0.0.1:6379/0"), number, state)
