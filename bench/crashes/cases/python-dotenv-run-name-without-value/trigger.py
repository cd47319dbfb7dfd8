import pathlib
import tempfile

from click.testing import CliRunner
from dotenv.cli import cli


def run(settings, *command):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, ".env")
        file.write_text(settings, encoding="utf-8")
        return CliRunner().invoke(cli, ["-f", str(file), "run", *command], catch_exceptions=False).exit_code


def trigger():
    return run("PORT=8000\nDEBUG\n", "sh", "-c", 'test "$PORT" = 8000')
