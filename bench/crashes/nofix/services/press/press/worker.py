"""The queue of the print shop."""

import os

from celery import Celery

app = Celery("press", broker=os.environ.get("PRESS_BROKER", "memory://"), backend="cache+memory://", include=["press.tasks"])
app.conf.task_ignore_result = True
