"""Small projects of every kind, prepared and run for real."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from paramedic.model.errors import BadInput, EnvironmentFailed
from paramedic.model.event import Event
from paramedic.model.execution import Limits
from paramedic.sandbox.choose import choose_sandbox
from paramedic.sandbox.environment import Environment, prepare_environment
from paramedic.sandbox.project import Project, ProjectRunner
from paramedic.settings.file import RepositoryConfig
from paramedic.source.tree import SourceTree

pytestmark = pytest.mark.sandbox

PYPROJECT = """
    [project]
    name = "shop"
    version = "1.2.3"
    dependencies = ["six"]
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"
"""
CODE = "import six\n\n\ndef price(row):\n    return row['price']\n"
TEST = """
    import pytest
    import shop

    def test_price():
        assert shop.price({"price": 3}) == 3

    @pytest.mark.parametrize("row", [{}, {"price": 1}])
    def test_row(row):
        assert shop.price(row)

    @pytest.mark.skip
    def test_skipped():
        assert False
"""

Make = Callable[..., ProjectRunner]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def write(root: Path, files: Mapping[str, str]) -> SourceTree:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return SourceTree.open(root)


@pytest.fixture
def make(tmp_path: Path, home: Path) -> Make:
    def run(files: Mapping[str, str], *, test_command: str | None = None, **options: object) -> ProjectRunner:
        tree = write(tmp_path / "repository", files)
        environment = prepare_environment(tree, home=home, **options)  # type: ignore[arg-type]
        return ProjectRunner(Project(tree, environment, choose_sandbox("auto"), test_command))

    return run


@pytest.fixture
def shop(make: Make) -> ProjectRunner:
    return make({"pyproject.toml": PYPROJECT, "src/shop/__init__.py": CODE, "tests/test_shop.py": TEST})


def test_tree_shadows_the_installed_package_and_dependencies_are_there(shop: ProjectRunner) -> None:
    done = shop.python(["-c", "import shop, six; from importlib.metadata import version; print(shop.__file__, version('shop'))"])
    assert done.stdout == "/project/src/shop/__init__.py 1.2.3\n", done.stderr


def test_results_of_tests_are_exact(shop: ProjectRunner) -> None:
    run = shop.tests()
    assert (run.passed, run.failed) == (2, 1)
    assert run.failures == ("tests/test_shop.py::test_row[row0]",)
    assert "KeyError: 'price'" in run.output
    assert run.command == "python -m pytest -q --tb=short"
    assert not run.problem
    chosen = shop.tests(["tests/test_shop.py::test_price"])
    assert (chosen.passed, chosen.failed, chosen.exit_code) == (1, 0, 0)


def test_overlay_replaces_and_adds_without_touching_the_tree(shop: ProjectRunner) -> None:
    fixed = CODE.replace("row['price']", "row.get('price', 1)")
    overlay = {
        "src/shop/__init__.py": fixed,
        "tests/unit/deep/test_new.py": "import shop\ndef test(): assert shop.price({}) == 1\n",
    }
    run = shop.tests(overlay=overlay)
    assert (run.passed, run.failed) == (4, 0)
    script = "import shop, os; print(shop.price({}), os.listdir('tests'), open('src/new.txt').read())"
    done = shop.python(["-c", script], overlay={**overlay, "src/new.txt": "new"})
    assert done.stdout.startswith("1 ["), done.stderr
    assert "new" in done.stdout
    root = shop.project.tree.root
    assert (root / "src/shop/__init__.py").read_text() == CODE
    assert not (root / "tests/unit").exists()
    assert shop.tests().failed == 1


def test_a_change_of_the_same_size_in_the_same_second_is_seen(shop: ProjectRunner) -> None:
    for value in ("1", "2", "3"):
        done = shop.python(["-c", "import shop; print(shop.x)"], overlay={"src/shop/__init__.py": f"x = {value}\n"})
        assert done.stdout == f"{value}\n"


@pytest.mark.parametrize("path", ["../x.py", "/etc/x", "a/../../x", ""])
def test_overlay_that_leads_out_is_refused(shop: ProjectRunner, path: str) -> None:
    with pytest.raises(BadInput):
        shop.python(["-c", ""], overlay={path: "x"})


def test_tree_is_read_only_unless_a_private_copy_is_asked_for(shop: ProjectRunner) -> None:
    write_file = ["-c", "open('written', 'w').write('x'); print('ok')"]
    assert "Read-only" in shop.python(write_file).stderr
    assert shop.python(write_file, writable=True).stdout == "ok\n"
    assert not (shop.project.tree.root / "written").exists()


def test_runs_do_not_see_each_other(shop: ProjectRunner) -> None:
    script = """
import os
places = ("/tmp/a", os.path.expanduser("~/a"), "/dev/shm/a", "/project/a")
print([place for place in places if os.path.exists(place)])
for place in places:
    open(place, "w").close()
"""
    for _ in range(2):
        done = shop.python(["-c", script], writable=True)
        assert (done.stdout, done.exit_code) == ("[]\n", 0)


def test_short_runs_are_cheap(shop: ProjectRunner) -> None:
    shop.python(["-c", ""])
    started = time.monotonic()
    for _ in range(5):
        shop.python(["-c", "import shop"])
    assert (time.monotonic() - started) / 5 < 0.2


def test_git_folder_and_environments_of_a_checkout_are_not_inside(make: Make) -> None:
    runner = make({"app.py": "x = 1\n", ".git/config": "password = hunter2\n", ".venv/secret": "hunter2\n"})
    done = runner.python(["-c", "import os; print(sorted(os.listdir('.'))); print(open('.git/config').read())"])
    assert done.stdout == "['__pycache__', 'app.py']\n"


def test_second_preparation_finds_the_first(make: Make, home: Path, shop: ProjectRunner) -> None:
    started = time.monotonic()
    again = prepare_environment(shop.project.tree, home=home)
    assert time.monotonic() - started < 0.2
    assert again == shop.project.environment


def test_damaged_environment_is_built_again(shop: ProjectRunner, home: Path) -> None:
    (shop.project.environment.folder / "paramedic.json").write_text("{")
    again = prepare_environment(shop.project.tree, home=home)
    assert again.key == shop.project.environment.key
    assert (again.site_packages / "six.py").exists()


def test_versions_follow_what_production_ran(make: Make) -> None:
    event = Event("1", modules={"six": "1.15.0", "Shop": "9", "odd": "not a version"})
    runner = make({"pyproject.toml": PYPROJECT, "src/shop/__init__.py": CODE}, event=event)
    assert runner.python(["-c", "import six; print(six.__version__)"]).stdout == "1.15.0\n"


def test_version_that_cannot_be_had_gives_way_and_is_noted(make: Make) -> None:
    event = Event("1", modules={"six": "99.0.0"})
    runner = make({"pyproject.toml": PYPROJECT, "src/shop/__init__.py": CODE}, event=event)
    assert runner.python(["-c", "import six"]).exit_code == 0
    assert any("six" in note for note in runner.project.environment.notes)


def test_project_that_says_nothing_gets_what_production_had(make: Make) -> None:
    runner = make({"shop.py": CODE}, event=Event("1", modules={"six": "1.16.0"}))
    assert runner.python(["-c", "import shop, six; print(six.__version__)"]).stdout == "1.16.0\n"


def test_requirements_files_are_followed_inside_the_repository_only(make: Make, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("toml\n")
    files = {
        "requirements.txt": "-r deps/base.txt\n-r ../outside.txt\n-e .\n",
        "deps/base.txt": "six==1.16.0  # pinned\n",
        "shop.py": CODE,
    }
    runner = make(files)
    done = runner.python(["-c", "import shop, importlib.util as u; print(u.find_spec('toml'))"])
    assert done.stdout == "None\n", done.stderr


def test_old_setup_py_and_generated_modules_work(make: Make) -> None:
    setup = """
        import pkg_resources
        from setuptools import setup
        open("shop/_version.py", "w").write("version = '7'\\n")
        setup(name="shop", version="7", packages=["shop"], install_requires=["six"])
    """
    runner = make({"setup.py": setup, "shop/__init__.py": "from shop._version import version\nimport six\n"})
    assert list(runner.project.environment.overlay_files) == ["shop/_version.py"], runner.project.environment.notes
    assert runner.python(["-c", "import shop; print(shop.version)"]).stdout == "7\n"
    assert not (runner.project.tree.root / "shop/_version.py").exists()


def test_project_that_cannot_be_built_still_gets_its_declared_dependencies(make: Make) -> None:
    pyproject = PYPROJECT.replace("setuptools.build_meta", "no.such.backend").replace('["setuptools"]', "[]")
    runner = make({"pyproject.toml": pyproject, "shop.py": CODE})
    assert runner.python(["-c", "import shop"]).exit_code == 0
    assert any("cannot be built" in note for note in runner.project.environment.notes)


def test_hostile_build_finds_no_network_no_secret_and_no_other_file(
    make: Make, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    setup = f"""
        import os, socket
        from setuptools import setup
        found = [name for name in ("SECRET_TOKEN",) if name in os.environ]
        for path in ({str(home)!r}, {str(Path.home() / ".cache")!r}, "/etc/shadow", os.path.expanduser("~/.cache/uv")):
            if os.path.exists(path):
                found.append(path)
        try:
            socket.create_connection(("1.1.1.1", 443), 1)
            found.append("network")
        except OSError:
            pass
        open("shop/_found.py", "w").write("found = %r" % found)
        setup(name="shop", version="1", packages=["shop"])
    """
    runner = make({"setup.py": setup, "shop/__init__.py": ""})
    assert runner.python(["-c", "from shop._found import found; print(found)"]).stdout == "[]\n"


def test_setup_commands_replace_what_is_detected(make: Make) -> None:
    config = RepositoryConfig(url="x", setup=("pip install --quiet six==1.16.0", "test -f shop.py"))
    runner = make({"shop.py": CODE, "requirements.txt": "nonexistent-package-of-nobody\n"}, config=config)
    assert runner.python(["-c", "import six; print(six.__version__)"]).stdout == "1.16.0\n"


def test_setup_command_that_fails_is_named(make: Make) -> None:
    with pytest.raises(EnvironmentFailed, match="'exit 3'"):
        make({"shop.py": CODE, ".paramedic.toml": 'setup = "exit 3"\n'})


def test_interpreter_that_is_not_there_is_named_with_what_is(make: Make) -> None:
    with pytest.raises(EnvironmentFailed, match=r"Python 3\.99 \(from --python\) is not on this machine; it has 3\."):
        make({"shop.py": CODE}, python="3.99")


def test_patch_version_of_the_event_that_is_not_there_is_noted(make: Make) -> None:
    event = Event("1", contexts={"runtime": {"name": "CPython", "version": "3.11.99"}})
    environment = make({"shop.py": "x = 1\n"}, event=event).project.environment
    assert environment.python_version.startswith("3.11.")
    assert "3.11.99" in environment.notes[0]


def test_unittest_cases_run(make: Make) -> None:
    case = "import unittest\nclass Case(unittest.TestCase):\n    def test_a(self): self.fail()\n    def test_b(self): pass\n"
    run = make({"app.py": "", "tests/__init__.py": "", "tests/test_app.py": case}).tests()
    assert (run.passed, run.failures) == (1, ("tests/test_app.py::Case::test_a",))


def test_django_project_runs_by_its_own_runner(make: Make) -> None:
    manage = """
        import os, sys
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
        from django.core.management import execute_from_command_line
        execute_from_command_line(sys.argv)
    """
    settings = """
        SECRET_KEY = "x"
        INSTALLED_APPS = ["django.contrib.contenttypes", "books"]
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
    """
    tests = """
        from django.test import TestCase
        class BookTest(TestCase):
            def test_good(self):
                from books.models import Book
                assert Book.objects.count() == 0
            def test_bad(self):
                assert 1 == 2
    """
    files = {
        "requirements.txt": "django\n", "web/manage.py": manage, "web/site1/__init__.py": "", "web/site1/settings.py": settings,
        "web/books/__init__.py": "", "web/books/tests.py": tests,
        "web/books/models.py": "from django.db import models\nclass Book(models.Model):\n    name = models.TextField()\n",
    }  # fmt: skip
    runner = make(files)
    run = runner.tests()
    assert (run.passed, run.failures) == (1, ("books.tests.BookTest.test_bad",)), run.output
    chosen = runner.tests(["web/books/tests.py::BookTest::test_good"])
    assert (chosen.passed, chosen.failed) == (1, 0), chosen.output


def test_test_command_gets_the_paths_and_is_still_read_exactly(make: Make) -> None:
    files = {"pyproject.toml": PYPROJECT, "src/shop/__init__.py": CODE, "tests/test_shop.py": TEST}
    runner = make(files, test_command="cd tests/.. && python -m pytest -x {paths}")
    run = runner.tests(["tests/test_shop.py::test_price"])
    assert (run.passed, run.failed, run.exit_code) == (1, 0, 0)
    assert run.command == "cd tests/.. && python -m pytest -x tests/test_shop.py::test_price"


def test_names_of_tests_do_not_reach_the_shell(make: Make) -> None:
    run = make({"app.py": ""}, test_command="echo {paths}").tests(["a; touch /tmp/x", "$(id)"])
    assert run.output == "a; touch /tmp/x $(id)"


def test_tests_that_cannot_run_say_why_and_what_to_configure(make: Make) -> None:
    run = make({"app.py": "", "tests/test_app.py": "import not_installed_anywhere\n"}).tests()
    assert "ModuleNotFoundError: No module named 'not_installed_anywhere'" in run.problem
    assert "[repositories.NAME]" in run.problem


def test_options_that_need_missing_plugins_do_not_stop_the_tests(make: Make) -> None:
    ini = "[pytest]\naddopts = --cov=app -n 4 --import-mode=importlib --strict-markers\nrequired_plugins = pytest-nowhere\n"
    run = make({"app.py": "", "pytest.ini": ini, "test_app.py": "def test(): pass\n"}).tests()
    assert (run.passed, run.failed) == (1, 0), run.output


def test_suite_that_hangs_is_ended_and_said_so(make: Make) -> None:
    files = {"app.py": "", "test_app.py": "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"}
    run = make(files).tests(limits=Limits(wall_seconds=3))
    assert run.passed == 1
    assert "time ran out" in run.problem


def test_terminal_escapes_do_not_get_out(make: Make) -> None:
    run = make({"app.py": "", "test_app.py": "def test(): assert '\\x1b[2J\\x07' == print('\\x1b]0;x\\x07')\n"}).tests()
    assert "\x1b" not in run.output
    assert "\x07" not in run.output


def test_two_builders_make_one_environment(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    tree = write(tmp_path / "repository", {"requirements.txt": "six\n", "app.py": ""})
    lines: list[str] = []
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: prepare_environment(tree, home=tmp_path / "home", progress=lines.append), range(3)))
    assert made == [made[0]] * 3
    assert lines.count("installing dependencies") == 1
    assert [path.name for path in (tmp_path / "home/environments").iterdir() if path.is_dir()] == [made[0].key]


def test_key_follows_content_and_not_the_place(tmp_path: Path, home: Path) -> None:
    def prepared(name: str, requirement: str) -> Environment:
        return prepare_environment(write(tmp_path / name, {"requirements.txt": requirement, "app.py": ""}), home=home)

    first = prepared("a", "six\n")
    assert prepared("b", "six\n").key == first.key
    assert prepared("c", "six>1\n").key != first.key
    assert os.path.exists(first.interpreter)  # noqa: PTH110
