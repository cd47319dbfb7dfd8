"""The message grammar: one row per form, across the interpreter's versions."""

from __future__ import annotations

import pytest

from paramedic.diagnosis import messages
from paramedic.diagnosis.reading import Site
from paramedic.model.diagnosis import Family

F = Family
ROWS = [
    ("AttributeError", "'NoneType' object has no attribute 'x'", F.NONE_ATTRIBUTE, "NoneType", "x"),
    ("AttributeError", "'str' object has no attribute 'itmes'. Did you mean: 'items'?", F.MISSING_ATTRIBUTE, "str", "itmes"),
    ("AttributeError", "module 'os' has no attribute 'nope'", F.MISSING_ATTRIBUTE, None, "nope"),
    ("AttributeError", "partially initialized module 'a' from 'x' has no attribute 'b'", F.IMPORT_FAILED, None, "b"),
    ("AttributeError", "type object 'A' has no attribute 'b'", F.MISSING_ATTRIBUTE, None, "b"),
    ("AttributeError", "property 'p' of 'A' object has no setter", F.MISSING_ATTRIBUTE, "A", "p"),
    ("TypeError", "'NoneType' object is not subscriptable", F.NONE_ITEM, "NoneType", None),
    ("TypeError", "'tuple' object does not support item assignment", F.WRONG_TYPE, "tuple", None),
    ("TypeError", "list indices must be integers or slices, not str", F.WRONG_TYPE, "str", "list"),
    ("TypeError", "string indices must be integers", F.WRONG_TYPE, None, "string"),
    ("TypeError", "cannot unpack non-iterable NoneType object", F.UNPACK, "NoneType", None),
    ("TypeError", "'NoneType' object is not iterable", F.NONE_ITERATION, "NoneType", None),
    ("TypeError", "argument of type 'NoneType' is not iterable", F.NONE_ITERATION, "NoneType", None),
    ("TypeError", "f() argument after ** must be a mapping, not NoneType", F.NONE_ITERATION, "NoneType", None),
    ("TypeError", "'NoneType' object is not callable", F.NONE_CALL, "NoneType", None),
    ("TypeError", "f() missing 1 required positional argument: 'a'", F.WRONG_ARITY, None, "'a'"),
    ("TypeError", "A.f() takes 2 positional arguments but 3 were given", F.WRONG_ARITY, None, None),
    ("TypeError", "f() got an unexpected keyword argument 'b'", F.UNEXPECTED_KEYWORD, None, "b"),
    ("TypeError", "f() got multiple values for argument 'a'", F.WRONG_ARITY, None, "a"),
    ("TypeError", "unsupported operand type(s) for +: 'int' and 'NoneType'", F.NONE_OPERATION, "NoneType", "+"),
    ("TypeError", "unsupported operand type(s) for +=: 'int' and 'str'", F.WRONG_TYPE, "int", "+="),
    ("TypeError", "'<' not supported between instances of 'NoneType' and 'int'", F.NONE_OPERATION, "NoneType", "<"),
    ("TypeError", 'can only concatenate str (not "int") to str', F.WRONG_TYPE, "int", None),
    ("TypeError", "unhashable type: 'list'", F.UNHASHABLE, "list", None),
    (
        "TypeError",
        "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'",
        F.NONE_ARGUMENT,
        "NoneType",
        None,
    ),
    ("TypeError", "expected str, bytes or os.PathLike object, not NoneType", F.NONE_ARGUMENT, "NoneType", None),
    ("TypeError", "sequence item 0: expected str instance, int found", F.WRONG_TYPE, "int", None),
    ("TypeError", "object of type 'NoneType' has no len()", F.NONE_ARGUMENT, "NoneType", None),
    ("TypeError", "Object of type set is not JSON serializable", F.WRONG_TYPE, "set", None),
    ("KeyError", "'x'", F.MISSING_KEY, None, "'x'"),
    ("IndexError", "list index out of range", F.INDEX_OUT_OF_RANGE, None, "list"),
    ("IndexError", "pop from empty list", F.EMPTY_SEQUENCE, None, "list"),
    ("UnboundLocalError", "local variable 'x' referenced before assignment", F.UNBOUND_LOCAL, None, "x"),
    ("UnboundLocalError", "cannot access local variable 'x' where it is not associated with a value", F.UNBOUND_LOCAL, None, "x"),
    ("NameError", "name 'x' is not defined", F.MISSING_NAME, None, "x"),
    (
        "NameError",
        "cannot access free variable 'x' where it is not associated with a value in enclosing scope",
        F.UNBOUND_LOCAL,
        None,
        "x",
    ),
    ("ValueError", "not enough values to unpack (expected 2, got 1)", F.UNPACK, None, "2"),
    ("ValueError", "too many values to unpack (expected 2)", F.UNPACK, None, "2"),
    ("ValueError", "max() arg is an empty sequence", F.EMPTY_SEQUENCE, None, None),
    ("ValueError", "min() iterable argument is empty", F.EMPTY_SEQUENCE, None, None),
    ("ValueError", "'x' is not in list", F.NOT_FOUND_IN_SEQUENCE, None, "list"),
    ("ValueError", "substring not found", F.NOT_FOUND_IN_SEQUENCE, None, None),
    ("ValueError", "invalid literal for int() with base 10: 'x'", F.BAD_CONVERSION, None, None),
    ("ZeroDivisionError", "float floor division by zero", F.ZERO_DIVISION, None, None),
    (
        "UnicodeDecodeError",
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        F.BAD_ENCODING,
        None,
        "utf-8",
    ),
    ("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", F.BAD_CONVERSION, None, None),
    ("OverflowError", "Python int too large to convert to C int", F.OVERFLOW, None, "C int"),
    ("RecursionError", "maximum recursion depth exceeded", F.RECURSION, None, None),
    ("RuntimeError", "generator raised StopIteration", F.STOP_ITERATION, None, None),
    ("ImportError", "cannot import name 'a' from 'b' (/x/b.py)", F.IMPORT_FAILED, None, "a"),
    ("Order.DoesNotExist", "Order matching query does not exist.", F.OBJECT_NOT_FOUND, None, "Order"),
    ("requests.exceptions.ConnectionError", "Max retries exceeded", F.NETWORK, None, None),
    ("ReadTimeout", "timed out", F.TIMEOUT, None, None),
    ("CancelledError", "", F.CANCELLED, None, None),
    ("FileNotFoundError", "[Errno 2] No such file or directory: 'x'", F.FILE_SYSTEM, None, None),
    ("WeirdError", "anything", F.OTHER, None, None),
]


@pytest.mark.parametrize(("kind", "message", "family", "bad_type", "detail"), ROWS)
def test_reads_a_message(kind: str, message: str, family: Family, bad_type: str | None, detail: str | None) -> None:
    reading = messages.read(kind, message)
    assert (reading.family, reading.bad_type, reading.detail) == (family, bad_type, detail)


def test_an_unknown_message_still_says_what_its_type_says() -> None:
    reading = messages.read("LookupError", "no such thing as 'x'")
    assert (reading.family, reading.site, reading.bad_value) == (Family.MISSING_KEY, Site.ITEM, "'x'")


def test_a_long_hostile_message_is_read_in_little_time() -> None:
    assert messages.read("TypeError", "not " * 200_000).family is Family.WRONG_TYPE
