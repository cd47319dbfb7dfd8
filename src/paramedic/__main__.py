"""``python -m paramedic``."""

from paramedic.cli import main

main()
