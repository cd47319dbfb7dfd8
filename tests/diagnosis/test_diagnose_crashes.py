"""What the engine finds in crashes of every kind: the fault, the way of the bad value, whose it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paramedic.model.diagnosis import Category, Diagnosis, Family

Crash = Callable[..., Diagnosis]


FAULTS = [
    pytest.param(
        "def f(a):\n    return a.b.name",
        "f(type('B', (), {'b': None}))",
        Family.NONE_ATTRIBUTE,
        "a.b.name",
        "a.b",
        id="attribute",
    ),
    pytest.param(
        "def f(a, b):\n    return a.name + b.name",
        "f(type('B', (), {'name': 'x'}), None)",
        Family.NONE_ATTRIBUTE,
        "b.name",
        "b",
        id="of-two",
    ),
    pytest.param("def f(row):\n    return row['id']", "f(None)", Family.NONE_ITEM, "row['id']", "row", id="subscript"),
    pytest.param("def f(d, k):\n    return {1: 2}[1] + d[k]", "f({}, 'x')", Family.MISSING_KEY, "d[k]", "d", id="key"),
    pytest.param("def f(d):\n    return d.pop('x')", "f({})", Family.MISSING_KEY, "d.pop('x')", "d", id="pop"),
    pytest.param("def f(a, b):\n    return a[0] + b[2]", "f([1], [1, 2])", Family.INDEX_OUT_OF_RANGE, "b[2]", "b", id="index"),
    pytest.param("def f(a, b):\n    return a + 1, b + 1", "f(1, None)", Family.NONE_OPERATION, "b + 1", "b", id="operand"),
    pytest.param("def f(a):\n    return 'n: ' + a", "f(3)", Family.WRONG_TYPE, "'n: ' + a", "a", id="concatenation"),
    pytest.param("def f(a, b):\n    return a < 3 and b < 4", "f(1, None)", Family.NONE_OPERATION, "b < 4", "b", id="comparison"),
    pytest.param(
        "def f(names):\n    return 'x' in names", "f(None)", Family.NONE_ITERATION, "'x' in names", "names", id="membership"
    ),
    pytest.param("def f(rows):\n    for row in rows:\n        pass", "f(None)", Family.NONE_ITERATION, "rows", "rows", id="loop"),
    pytest.param("def f(a):\n    x, y = a\n", "f([1])", Family.UNPACK, "x, y = a", "a", id="unpack"),
    pytest.param("def f(a):\n    return int('3') + int(a)", "f('x7')", Family.BAD_CONVERSION, "int(a)", "a", id="int"),
    pytest.param("def f(a):\n    return int(a)", "f(None)", Family.NONE_ARGUMENT, "int(a)", "a", id="int-of-none"),
    pytest.param("def f(a, b):\n    return 1 / a + 1 / b", "f(1, 0)", Family.ZERO_DIVISION, "1 / b", "b", id="division"),
    pytest.param(
        "def f(a):\n    return max(len(x) for x in a)", "f([])", Family.EMPTY_SEQUENCE, "max(len(x) for x in a)", None, id="max"
    ),
    pytest.param("def f(a):\n    return {a: 1}", "f([])", Family.UNHASHABLE, "{a: 1}", "a", id="hash"),
    pytest.param("def f(a):\n    return a()", "f(None)", Family.NONE_CALL, "a()", "a", id="call"),
    pytest.param("def g(a):\n    pass\ndef f():\n    return g(1, 2)", "f()", Family.WRONG_ARITY, "g(1, 2)", None, id="arity"),
    pytest.param(
        "def g(a):\n    pass\ndef f():\n    return g(b=1)", "f()", Family.UNEXPECTED_KEYWORD, "g(b=1)", None, id="keyword"
    ),
    pytest.param(
        "def f():\n    return undefined_name", "f()", Family.MISSING_NAME, "undefined_name", "undefined_name", id="name"
    ),
    pytest.param("def f(a):\n    return next(a)", "f(iter([]))", Family.STOP_ITERATION, "next(a)", "a", id="next"),
    pytest.param(
        "def f(a):\n    return ['x'].index(a)", "f('y')", Family.NOT_FOUND_IN_SEQUENCE, "['x'].index(a)", None, id="index-of"
    ),
    pytest.param(
        "def f(a):\n    return a.decode('utf-8')", "f(b'\\xff')", Family.BAD_ENCODING, "a.decode('utf-8')", "a", id="decode"
    ),
    pytest.param(
        "import json\ndef f(a):\n    return json.loads(a)", "f('{')", Family.BAD_CONVERSION, "json.loads(a)", "a", id="json"
    ),
    pytest.param("def f(a):\n    assert a > 3", "f(1)", Family.ASSERTION, "a > 3", None, id="assert"),
    pytest.param(
        "def f(a):\n    return [x.name for x in a]", "f([None])", Family.NONE_ATTRIBUTE, "x.name", "x", id="comprehension"
    ),
    pytest.param("def f(a):\n    return (lambda q: q.name)(a)", "f(None)", Family.NONE_ATTRIBUTE, "q.name", "q", id="lambda"),
    pytest.param(
        "def f(a):\n    return dict(\n        one=1,\n        two=a.name,\n    )",
        "f(None)",
        Family.NONE_ATTRIBUTE,
        "a.name",
        "a",
        id="lines",
    ),
    pytest.param(
        "class A:\n    x = None\n    @property\n    def p(self):\n        return self.x.y\n",
        "A().p",
        Family.NONE_ATTRIBUTE,
        "self.x.y",
        "self.x",
        id="property",
    ),
    pytest.param("def f(a):\n    with a:\n        pass", "f(None)", None, "a", "a", id="with"),
    pytest.param("def f(a):\n    return ', '.join(a)", "f(['x', None])", Family.NONE_ARGUMENT, "', '.join(a)", "a", id="join"),
    pytest.param("def f(a):\n    return len(a)", "f(None)", Family.NONE_ARGUMENT, "len(a)", "a", id="len"),
    pytest.param("def f(a):\n    return [*a]", "f(None)", Family.NONE_ITERATION, "*a", "a", id="star"),
    pytest.param("def f(a):\n    return '%d' % a", "f('x')", Family.WRONG_TYPE, "'%d' % a", "a", id="percent"),
]


@pytest.mark.parametrize(("source", "call", "family", "expression", "subject"), FAULTS)
def test_names_the_expression_that_raised_and_the_value_that_was_wrong(
    crash: Crash, source: str, call: str, family: Family | None, expression: str, subject: str | None
) -> None:
    found = crash(source, call)
    assert found.fault is not None
    assert found.fault.expression == expression
    assert subject is None or found.fault.subject == subject
    assert family is None or found.family is family
    assert found.fixable


def test_follows_none_into_the_function_that_returned_it(crash: Crash) -> None:
    found = crash(
        """
        def find_order(orders, key):
            for order in orders:
                if order["key"] == key:
                    return order

        def total(orders, key):
            row = find_order(orders, key)
            return row["total"]
        """,
        "total([], 'a')",
    )
    assert found.trace[-1].location.function == "find_order"
    assert "falls off its end" in found.trace[-1].explanation
    assert [each.location.function for each in found.suspects][:2] == ["total", "find_order"]
    assert "`row` is None" in found.summary
    assert "`find_order()` returns None" in found.summary


def test_follows_a_parameter_out_to_the_caller_whose_expression_gave_none(crash: Crash) -> None:
    found = crash(
        """
        import re

        def number(match):
            return match.group(1)

        def read(text):
            found = re.match("([0-9]+)", text)
            return number(found)
        """,
        "read('x')",
    )
    assert found.trace[-1].location.function == "read"
    assert "gives None when the pattern does not match" in found.trace[-1].explanation
    assert "read" in [each.location.function for each in found.suspects[:3]]


def test_follows_an_attribute_to_the_constructor_that_left_it_none(crash: Crash) -> None:
    found = crash(
        """
        class Client:
            def __init__(self):
                self.session = None

            def open(self):
                self.session = object()

            def send(self):
                return self.session.post()
        """,
        "Client().send()",
    )
    assert found.trace[-1].location.function == "Client.__init__"
    assert "Client.__init__" in [each.location.function for each in found.suspects[:3]]


def test_names_the_builder_of_a_table_that_lacks_the_key(crash: Crash) -> None:
    found = crash(
        """
        from PACKAGE.tables import RATES

        def price(code):
            return RATES[code]

        def quote(code):
            return price(code)
        """,
        "quote('CHF')",
        tables="""
        def _rates():
            rates = {}
            rates["EUR"] = 1
            return rates

        RATES = _rates()
        """,
    )
    assert "_rates" in [each.location.function for each in found.suspects[:3]]


def test_says_which_branch_would_have_bound_a_local_name(crash: Crash) -> None:
    found = crash(
        """
        def pick(kind):
            if kind == "a":
                chosen = 1
            elif kind == "b":
                chosen = 2
            return chosen
        """,
        "pick('c')",
    )
    assert found.family is Family.UNBOUND_LOCAL
    assert [hop.location.line for hop in found.trace[1:]] == [4, 6]
    assert "only when" in found.trace[1].explanation


def test_looks_through_a_translated_exception_to_its_cause(crash: Crash) -> None:
    found = crash(
        """
        class Bad(Exception):
            pass

        def load(row):
            try:
                return row["id"] + row["name"]
            except KeyError as error:
                raise Bad("incomplete") from error
        """,
        "load({'id': 1})",
    )
    assert found.exception_type == "Bad"
    assert found.family is Family.MISSING_KEY
    assert found.fault is not None
    assert found.fault.expression == 'row["name"]'


def test_takes_the_failing_member_of_an_exception_group_as_the_crash(crash: Crash) -> None:
    found = crash(
        """
        def work(value):
            return value.name

        def run():
            try:
                work(None)
            except AttributeError as error:
                raise ExceptionGroup("several", [error])
        """,
        "run()",
    )
    assert found.exception_type == "AttributeError"
    assert found.location is not None
    assert found.location.function == "work"


def test_a_function_that_takes_other_arguments_is_a_suspect(crash: Crash) -> None:
    found = crash(
        """
        from PACKAGE.mail import send

        def notify():
            send("a", subject="b")
        """,
        "notify()",
        mail="def send(to):\n    return to\n",
    )
    assert {each.location.function for each in found.suspects[:2]} == {"notify", "send"}


def test_a_delegating_chain_does_not_push_the_working_function_away(crash: Crash) -> None:
    found = crash(
        """
        class Table:
            def cells(self, rows):
                widths = [len(row) for row in rows]
                return self.columns(rows), widths

            def columns(self, rows):
                return self.first(rows)

            def first(self, rows):
                return self.head(rows)

            def head(self, rows):
                return rows[0]
        """,
        "Table().cells([])",
    )
    assert "Table.cells" in [each.location.function for each in found.suspects[:3]]


NOT_FOR_CODE = [
    pytest.param(
        "def f(a):\n    if a < 0:\n        raise ValueError(f'{a} must be positive')\n    return a",
        "f(-1)",
        Category.CLIENT,
        id="validation",
    ),
    pytest.param(
        "def check(a):\n    if a < 0:\n        raise ValueError('must be positive')\ndef f(data):\n    check(data['n'])",
        "f({'n': -1})",
        Category.CLIENT,
        id="validation-of-a-field",
    ),
    pytest.param(
        "import os\ndef f():\n    return os.environ['NOT_SET_ANYWHERE']", "f()", Category.CONFIGURATION, id="environment"
    ),
    pytest.param("import socket\ndef f():\n    socket.create_connection(('127.0.0.1', 9))", "f()", Category.OS, id="refused"),
    pytest.param("def f():\n    raise MemoryError", "f()", Category.OS, id="memory"),
    pytest.param("def f():\n    raise KeyboardInterrupt", "f()", Category.OS, id="interrupt"),
    pytest.param("def f():\n    raise TimeoutError('too slow')", "f()", Category.OS, id="timeout"),
    pytest.param("def f():\n    import not_installed_here", "f()", Category.CONFIGURATION, id="not-installed"),
    pytest.param("def f(path):\n    return open(path).read()", "f('/nowhere/at/all')", Category.OS, id="no-file"),
    pytest.param(
        "import os\ndef f():\n    return int(os.environ.get('NOT_SET'))", "f()", Category.CONFIGURATION, id="unset-default"
    ),
    pytest.param(
        "import subprocess\ndef f():\n    subprocess.run(['no-such-x'])", "f()", Category.CONFIGURATION, id="no-program"
    ),
    pytest.param("def f(a):\n    assert isinstance(a, int)", "f('x')", Category.CLIENT, id="demand"),
    pytest.param(
        "def f(a):\n    try:\n        return int(a)\n    except ValueError as e:\n        raise KeyError(a) from e",
        "f('x')",
        Category.CLIENT,
        id="translated",
    ),
    pytest.param("def f():\n    raise NotImplementedError", "f()", Category.SERVER, id="unimplemented"),
    pytest.param(
        "class ImproperlyConfigured(Exception): ...\ndef f():\n    raise ImproperlyConfigured('KEY')",
        "f()",
        Category.CONFIGURATION,
        id="settings",
    ),
]


@pytest.mark.parametrize(("source", "call", "category"), NOT_FOR_CODE)
def test_says_that_no_change_of_code_is_the_answer(crash: Crash, source: str, call: str, category: Category) -> None:
    found = crash(source, call)
    assert not found.fixable
    assert found.category is category
    assert found.obstacle.endswith(".")


def test_a_guard_over_the_objects_own_state_may_be_wrong_itself(crash: Crash) -> None:
    found = crash(
        """
        class Reader:
            def __init__(self, rows):
                self.rows = [row for row in rows if row]

            def head(self):
                if not self.rows:
                    raise RuntimeError("nothing was read")
                return self.rows[0]
        """,
        "Reader(['']).head()",
    )
    assert found.family is Family.DELIBERATE
    assert found.fixable


def test_sees_input_through_star_arguments(crash: Crash) -> None:
    found = crash(
        """
        def check(limit):
            if limit > 10:
                raise ValueError("too many")

        def search(**options):
            check(**options)
        """,
        "search(limit=11)",
    )
    assert not found.fixable


def test_is_sure_only_where_a_variable_shows_the_wrong_value(crash: Crash) -> None:
    shown = crash("def f(a):\n    return a.name", "f(None)")
    hidden = crash("def f(a):\n    return a.b.name", "f(type('B', (), {'b': None}))")
    assert shown.confidence > hidden.confidence


def test_cites_facts_with_their_provenance_and_hides_secrets(crash: Crash) -> None:
    found = crash("def f(name, password):\n    return name.upper()", "f(None, 'hunter2\\x1b[31m')")
    assert [each.id for each in found.evidence] == [f"E{number}" for number in range(1, len(found.evidence) + 1)]
    kinds = {each.kind: each.provenance.value for each in found.evidence}
    assert kinds["variable"] == "untrusted"
    assert kinds["frame"] == "trusted"
    text = repr(found)
    assert "hunter2" not in "".join(each.text for each in found.evidence)
    assert "\x1b" not in text
