"""``paramedic demo``: a real service crashes under the real SDK, and each crash is followed to its verdict, live."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("demo", help="Let an example service crash, and watch what becomes of it.")(demo)


def demo(keep: Annotated[bool, typer.Option("--keep", help="Leave the server up afterwards.")] = False) -> None:
    import sys

    from paramedic.cli.story import Story

    with Story() as story:
        story.tell()
        if keep:
            story.wait()
        sys.exit(0 if story.came_out else 1)
