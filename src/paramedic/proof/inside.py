"""Runs one test against many versions of a few files, each in a forked process. Lives inside the sandbox.

Standard library only, for Python 3.8 and later: it is given to the project's own interpreter as text. Reads one JSON
request from standard input, writes one JSON line per experiment to the descriptor that was standard output.
"""

import contextlib
import importlib.machinery
import inspect
import itertools
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time
import traceback
import types

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
LONGEST = 2000
DEEPEST = 5


def lay_over(root, texts):
    """Make the import system compile ``texts`` in place of the files of those paths."""
    wanted = {os.path.realpath(os.path.join(root, path)): text for path, text in texts.items()}
    original = importlib.machinery.SourceFileLoader.get_code
    original_source = importlib.machinery.SourceFileLoader.get_data

    def get_code(self, fullname):
        text = wanted.get(os.path.realpath(self.path))
        if text is None:
            return original(self, fullname)
        return compile(text, self.path, "exec", dont_inherit=True)

    def get_data(self, path):
        text = wanted.get(os.path.realpath(path))
        return original_source(self, path) if text is None else text.encode("utf-8", "surrogateescape")

    importlib.machinery.SourceFileLoader.get_code = get_code
    importlib.machinery.SourceFileLoader.get_data = get_data


def shown(value, depth=0):
    """A repr that is the same in two processes for equal values, whatever the type, and bounded."""
    kind = type(value)
    name = kind.__module__ + "." + kind.__qualname__
    if value is None or kind in (bool, int, str, bytes, complex):
        return (
            ADDRESS.sub("0x", repr(value)[:LONGEST])
            if kind is not int or value.bit_length() < 8000
            else "int:%d bits" % value.bit_length()
        )
    if kind is float:
        return repr(value)
    if depth > DEEPEST:
        return name
    if kind in (list, tuple):
        return name + str([shown(item, depth + 1) for item in value[:50]])
    if kind in (set, frozenset):
        return name + str(sorted(shown(item, depth + 1) for item in itertools.islice(value, 50)))
    if kind is dict:
        return name + str([(shown(key, depth + 1), shown(item, depth + 1)) for key, item in itertools.islice(value.items(), 50)])
    if isinstance(value, (types.GeneratorType, map, filter, zip, enumerate, reversed)):
        return name + str([shown(item, depth + 1) for item in itertools.islice(value, 50)])
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)):
        return name + ":" + getattr(value, "__qualname__", getattr(value, "__name__", ""))
    return shown_object(value, name, depth)


def shown_object(value, name, depth):
    if kind_has_own_repr(type(value)):
        with contextlib.suppress(Exception):
            return name + ":" + ADDRESS.sub("0x", repr(value)[:LONGEST])
    with contextlib.suppress(Exception):
        state = vars(value)
        return name + str([(key, shown(state[key], depth + 1)) for key in sorted(state)[:40]])
    return name


def kind_has_own_repr(kind):
    return kind.__repr__ is not object.__repr__


def record_into(records):
    def record(value):
        # What a value looks like is part of the behaviour only as far as it can be shown.
        try:
            records.append(shown(value))
        except RecursionError:
            records.append("too deep to show")
        return value

    return record


def run_test(request, source, records):
    """Load ``source`` as the test's module and run the test in it."""
    call_test(load(request, source, records), request["test"])


def import_root(path):
    """The folder from which a test file is imported: as pytest does it, the first one upwards that is no package. A package's
    own folder there would put its modules in the place of the standard library's."""
    folder = os.path.dirname(path)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    return folder


def load(request, source, records):
    path = os.path.join(request["root"], request["path"])
    module = types.ModuleType(request.get("module") or "paramedic_test_module")
    module.__file__ = path
    module.__dict__["__paramedic_record__"] = record_into(records)
    sys.modules[module.__name__] = module
    sys.path.insert(0, import_root(path))
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    return module


def call_test(module, name):
    target = module
    *classes, function = name.split("::")
    for part in classes:
        target = getattr(target, part)
    if isinstance(target, type):
        case = unit_case(target, function) if hasattr(target, "setUpClass") else target()
        target = case
    with fixtures(getattr(target, function)) as arguments:
        result = getattr(target, function)(**arguments)
        if inspect.isawaitable(result):
            import asyncio

            asyncio.run(awaiting(result))


async def awaiting(result):
    await result


def set_up_django(settings):
    """The framework as its own test runner prepares it: settings, applications and, where one can be had, a test database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    import django
    from django.test.runner import DiscoverRunner
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    with contextlib.suppress(Exception):
        DiscoverRunner(verbosity=0, interactive=False).setup_databases()


def unit_case(kind, function):
    kind.setUpClass()
    case = kind(function)
    if hasattr(case, "_pre_setup"):  # Django's own preparation of a test case
        case._pre_setup()  # noqa: SLF001
    case.setUp()
    return case


class Unsupported(Exception):
    """The test needs more of pytest than is provided here."""


@contextlib.contextmanager
def fixtures(function):
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    with contextlib.ExitStack() as stack:
        yield {name: fixture(name, stack) for name in names}


def fixture(name, stack):
    if name == "tmp_path":
        return pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
    if name == "tmpdir":
        return stack.enter_context(tempfile.TemporaryDirectory())
    if name == "monkeypatch":
        import pytest

        return stack.enter_context(pytest.MonkeyPatch.context())
    raise Unsupported(name)


def run_by_pytest(request, source):
    """For tests with fixtures: a whole pytest session in this process, with the test's text laid over its file."""
    import pytest

    class Collector:
        error = None

        def pytest_runtest_makereport(self, item, call):
            if call.excinfo is not None and self.error is None and not call.excinfo.errisinstance(pytest.skip.Exception):
                self.error = call.excinfo.value

    collector = Collector()
    path = os.path.join(request["root"], request["path"])
    folder = os.path.dirname(path)
    if not os.path.exists(path):
        path = os.path.join(tempfile.mkdtemp(), os.path.basename(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write(source)
        sys.path.insert(0, import_root(os.path.join(folder, "test.py")))
    code = pytest.main(["-q", "-p", "no:cacheprovider", "-o", "addopts=", path + "::" + request["test"]], plugins=[collector])
    if collector.error is not None:
        raise collector.error
    if code != 0:
        raise Unsupported("pytest exit code %d" % code)


def experiment(request, item):
    """What the test does under one overlay: ``{"ok": …, "type": …, "records": [...]}``."""
    records = []
    lay_over(request["root"], item.get("files", {}))
    source = item.get("source") or request["source"]
    try:
        if request.get("django"):
            set_up_django(request["django"])
        try:
            run_test(request, source, records)
        except Unsupported:
            if item.get("source"):
                raise
            run_by_pytest(request, source)
    except BaseException as error:
        return failure(request, error, records)
    return {"ok": True, "records": records}


def failure(request, error, records):
    frames = traceback.extract_tb(error.__traceback__)
    root = os.path.realpath(request["root"]) + os.sep
    inside = [frame for frame in frames if os.path.realpath(frame.filename).startswith(root)]
    test = os.path.realpath(os.path.join(request["root"], request["path"]))
    return {
        "ok": False,
        "type": type(error).__name__,
        "module": type(error).__module__,
        "bases": [kind.__name__ for kind in type(error).__mro__],
        "message": ADDRESS.sub("0x", str(error)[:LONGEST]),
        "chained": error.__cause__ is not None or (error.__context__ is not None and not error.__suppress_context__),
        "test_line": next((frame.lineno for frame in frames if os.path.realpath(frame.filename) == test), None),
        "frames": [[os.path.realpath(frame.filename)[len(root) :], frame.lineno, frame.name] for frame in inside[-12:]],
        "records": records,
    }


def in_child(seconds, work):
    """The JSON value of ``work()`` from a forked process with a clock; None when it died without an answer."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, float(seconds))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    os.waitpid(child, 0)
    return json.loads(data) if data else None


DIED = {"ok": False, "type": "Died", "message": "no answer within the time", "records": []}


def one(request, item):
    """A single experiment, with its duration."""
    began = time.monotonic()
    result = experiment(request, item)
    result["seconds"] = time.monotonic() - began
    if item.get("imports"):
        result["imported"] = foreign_modules(request["root"])
    return result


def many(request, item):
    """Several sources under one overlay: the project is loaded once, and each source runs in a process of its own."""
    lay_over(request["root"], item.get("files", {}))
    with contextlib.suppress(BaseException):
        load(request, request["source"], [])
    ends = time.monotonic() + request["seconds"] * 3
    results = []
    for source in item["sources"]:
        if time.monotonic() > ends:
            results.append(dict(DIED, type="Skipped"))
            continue
        results.append(in_child(request["seconds"], lambda source=source: experiment(request, {"source": source})) or DIED)
    return {"results": results}


def perform(request, index, item, out):
    """One experiment or one group, in a child of its own: the import system is changed in there only."""
    if "sources" in item:
        result = in_child(request["seconds"] * 4, lambda: many(request, item)) or {"results": []}
    else:
        result = in_child(request["seconds"], lambda: one(request, item)) or dict(DIED)
    result["index"] = index
    out.write(json.dumps(result) + "\n")
    out.flush()


def foreign_modules(root):
    """Modules that do not belong to the project: loading them before the forks saves each child the time."""
    prefix = os.path.realpath(root) + os.sep
    names = []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and not os.path.realpath(path).startswith(prefix) and name != "__main__":
            names.append(name)
    return names


def warm(request):
    """Import what the test will import of other packages. Whatever fails here fails, or not, in the children."""
    roots = {name for name in os.listdir(request["root"])}
    for name in request.get("warm", ()):
        if name.split(".")[0] in roots or name in sys.modules:
            continue
        with contextlib.suppress(BaseException):
            __import__(name)


def main():
    request = json.loads(sys.stdin.buffer.read())
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    warm(request)
    for index, item in enumerate(request["experiments"]):
        perform(request, index, item, out)


main()
