"""TypeError: operations, calls, subscripts, iteration and arguments of the wrong type."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

_CALLEE = r"(?P<function>[\w.<>]+)\(\)"

_SUBSCRIPTS = rules(
    "TypeError",
    (r"^'(?P<type>[^']+)' object is not subscriptable", Family.WRONG_TYPE, Site.ITEM, Family.NONE_ITEM),
    (r"^type '(?P<type>[^']+)' is not subscriptable", Family.WRONG_TYPE, Site.ITEM),
    (
        r"^'(?P<type>[^']+)' object (?:does not support|doesn't support) item (?:assignment|deletion)",
        Family.WRONG_TYPE,
        Site.ITEM,
        Family.NONE_ITEM,
    ),
    (r"^'(?P<type>[^']+)' object is unsubscriptable", Family.WRONG_TYPE, Site.ITEM, Family.NONE_ITEM),
    (r"^(?P<detail>\w+) indices must be integers(?: or slices)?, not '?(?P<type>[\w.]+)'?", Family.WRONG_TYPE, Site.ITEM),
    (r"^(?P<detail>\w+) indices must be integers", Family.WRONG_TYPE, Site.ITEM),
    (r"^slice indices must be integers or None", Family.WRONG_TYPE, Site.ITEM),
    (r"object does not support indexing", Family.WRONG_TYPE, Site.ITEM),
)

_ITERATION = rules(
    "TypeError",
    (r"^cannot unpack non-iterable (?P<type>[\w.]+) object", Family.UNPACK, Site.UNPACKING, Family.UNPACK),
    (r"^'(?P<type>[^']+)' object is not iterable", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (
        r"^argument of type '(?P<type>[^']+)' is not (?:iterable|a container or iterable)",
        Family.WRONG_TYPE,
        Site.MEMBERSHIP,
        Family.NONE_ITERATION,
    ),
    (r"^'(?P<type>[^']+)' object is not an iterator", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (
        r"argument after \*\*? must be an? (?:iterable|mapping), not (?P<type>[\w.]+)",
        Family.WRONG_TYPE,
        Site.ITERATION,
        Family.NONE_ITERATION,
    ),
    (r"^Value after \* must be an iterable, not (?P<type>[\w.]+)", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (r"^iter\(\) returned non-iterator of type '(?P<type>[^']+)'", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (r"^can only join an iterable", Family.WRONG_TYPE, Site.ITERATION),
    (r"^'(?P<type>[^']+)' object is not a mapping", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (
        r"requires an (?:object with __aiter__|asynchronous iter)\w*.*got (?P<type>[\w.]+)",
        Family.WRONG_TYPE,
        Site.ITERATION,
        Family.NONE_ITERATION,
    ),
    (r"^'async for' .* (?P<type>[\w.]+)$", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
    (r"^'(?P<type>[^']+)' object is not reversible", Family.WRONG_TYPE, Site.ITERATION, Family.NONE_ITERATION),
)

_CALLS = rules(
    "TypeError",
    (r"^'(?P<type>[^']+)' object is not callable", Family.NOT_CALLABLE, Site.CALLED, Family.NONE_CALL),
    (r"^(?:first argument must be callable|the first argument must be callable)", Family.NOT_CALLABLE, Site.ANY),
    (
        rf"^{_CALLEE} missing (?P<count>\d+) required (?:positional|keyword-only) arguments?: (?P<detail>.*)$",
        Family.WRONG_ARITY,
        Site.SIGNATURE,
    ),
    (rf"^{_CALLEE} takes .*(?:but|\() ?(?P<count>\d+) (?:was|were|positional)? ?given", Family.WRONG_ARITY, Site.SIGNATURE),
    (rf"^{_CALLEE} takes ", Family.WRONG_ARITY, Site.SIGNATURE),
    (rf"^{_CALLEE} got an unexpected keyword argument '(?P<detail>[^']+)'", Family.UNEXPECTED_KEYWORD, Site.SIGNATURE),
    (
        rf"^{_CALLEE} got some positional-only arguments passed as keyword arguments: '(?P<detail>[^']+)'",
        Family.UNEXPECTED_KEYWORD,
        Site.SIGNATURE,
    ),
    (rf"^{_CALLEE} got multiple values for (?:keyword )?argument '(?P<detail>[^']+)'", Family.WRONG_ARITY, Site.SIGNATURE),
    (rf"^(?:[\w.]+ )?{_CALLEE} got multiple values for keyword argument '(?P<detail>[^']+)'", Family.WRONG_ARITY, Site.SIGNATURE),
    (r"^'(?P<detail>\w+)' is an invalid keyword argument for (?P<function>\w+)", Family.UNEXPECTED_KEYWORD, Site.SIGNATURE),
    (r"^(?P<function>\w+)(?:\.__\w+__)?\(\)? takes (?:no|exactly|at (?:least|most)) ", Family.WRONG_ARITY, Site.SIGNATURE),
    (
        r"^(?P<function>\w+)(?:\(\))? expected (?:exactly |at (?:least|most) )?(?P<count>\d+) arguments?",
        Family.WRONG_ARITY,
        Site.SIGNATURE,
    ),
    (r"^Can't instantiate abstract class (?P<function>\w+)", Family.WRONG_ARITY, Site.SIGNATURE),
    (r"^object\.__(?:new|init)__\(\) takes ", Family.WRONG_ARITY, Site.ANY),
    (r"^metaclass conflict", Family.WRONG_TYPE, Site.ANY),
)

_OPERATIONS = rules(
    "TypeError",
    (
        r"^unsupported operand type\(s\) for (?P<detail>\S+?)(?: or pow\(\))?: '(?P<other>[^']+)' and '(?P<type>NoneType)'",
        Family.WRONG_TYPE,
        Site.OPERATION,
        Family.NONE_OPERATION,
    ),
    (
        r"^unsupported operand type\(s\) for (?P<detail>\S+?)(?: or pow\(\))?: '(?P<type>[^']+)' and '(?P<other>[^']+)'",
        Family.WRONG_TYPE,
        Site.OPERATION,
        Family.NONE_OPERATION,
    ),
    (r"^bad operand type for unary (?P<detail>\S+): '(?P<type>[^']+)'", Family.WRONG_TYPE, Site.OPERATION, Family.NONE_OPERATION),
    (r"^bad operand type for abs\(\): '(?P<type>[^']+)'", Family.WRONG_TYPE, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (
        r"^'(?P<detail>[<>=!]+)' not supported between instances of '(?P<other>[^']+)' and '(?P<type>NoneType)'",
        Family.WRONG_TYPE,
        Site.COMPARISON,
        Family.NONE_OPERATION,
    ),
    (
        r"^'(?P<detail>[<>=!]+)' not supported between instances of '(?P<type>[^']+)' and '(?P<other>[^']+)'",
        Family.WRONG_TYPE,
        Site.COMPARISON,
        Family.NONE_OPERATION,
    ),
    (
        r"^can only concatenate (?P<other>\w+) \(not \"(?P<type>[^\"]+)\"\) to \w+",
        Family.WRONG_TYPE,
        Site.OPERATION,
        Family.NONE_OPERATION,
    ),
    (r"^can't concat (?P<type>[\w.]+) to (?P<other>[\w.]+)", Family.WRONG_TYPE, Site.OPERATION, Family.NONE_OPERATION),
    (r"^can't multiply sequence by non-int of type '(?P<type>[^']+)'", Family.WRONG_TYPE, Site.OPERATION, Family.NONE_OPERATION),
    (r"^must be str, not (?P<type>[\w.]+)$", Family.WRONG_TYPE, Site.OPERATION, Family.NONE_OPERATION),
    (r"^can't (?:compare|subtract) offset-naive and offset-aware (?P<detail>\w+)", Family.WRONG_TYPE, Site.OPERATION),
    (r"^can't compare (?P<type>[\w.]+) to (?P<other>[\w.]+)", Family.WRONG_TYPE, Site.COMPARISON, Family.NONE_OPERATION),
    (r"^(?:not enough|not all) arguments (?:converted during|for) (?:string|bytes)? ?format", Family.WRONG_ARITY, Site.FORMAT),
    (r"^%(?P<detail>\S+) format: .* is required, not (?P<type>[\w.]+)", Family.WRONG_TYPE, Site.FORMAT, Family.NONE_OPERATION),
    (r"^unsupported format string passed to (?P<type>[\w.]+)\.__format__", Family.WRONG_TYPE, Site.FORMAT, Family.NONE_OPERATION),
    (r"^format requires a mapping", Family.WRONG_TYPE, Site.FORMAT),
    (
        r"^'in <string>' requires string as left operand, not (?P<type>[\w.]+)",
        Family.WRONG_TYPE,
        Site.MEMBERSHIP,
        Family.NONE_OPERATION,
    ),
)

_ARGUMENTS = rules(
    "TypeError",
    (r"^unhashable type: '(?P<type>[^']+)'", Family.UNHASHABLE, Site.HASHED),
    (r"^cannot use '(?P<type>[^']+)' as a (?:dict key|set element)", Family.UNHASHABLE, Site.HASHED),
    (r"^object (?P<type>[\w.]+) can't be used in 'await' expression", Family.WRONG_TYPE, Site.AWAITED, Family.NONE_OPERATION),
    (
        r"^'(?P<type>[^']+)' object does not support the (?:asynchronous )?context manager protocol",
        Family.WRONG_TYPE,
        Site.CONTEXT,
        Family.NONE_ATTRIBUTE,
    ),
    (
        r"^sequence item (?P<count>\d+): expected (?P<other>.+?), (?P<type>[\w.]+) found",
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (
        r"^(?P<function>[\w.]+)\(\) argument .*must be .*, not '?(?P<type>[\w.]+)'?",
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (r"^(?P<function>[\w.]+)\(\) arg \d+ must be .*", Family.WRONG_TYPE, Site.ARGUMENT),
    (
        (
            r"^(?P<function>[\w.]+)(?:\(\))?:? .*(?:must be|expected|should be) .*(?:not|got) (?:an instance of )?"
            r"'?(?P<type>[\w.]+)'?"
        ),
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (
        r"^(?:expected|expecting|must be|need|a|an) .*(?:not|got|found):? '?(?:<class ')?(?P<type>[\w.]+)'?",
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (r"^object of type '(?P<type>[^']+)' has no len\(\)", Family.WRONG_TYPE, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (r"^'(?P<type>[^']+)' object cannot be interpreted as an integer", Family.WRONG_TYPE, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (r"^type (?P<type>[\w.]+) doesn't define (?P<detail>__\w+__) method", Family.WRONG_TYPE, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (r"^Object of type '?(?P<type>[\w.]+)'? is not JSON serializable", Family.WRONG_TYPE, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (
        r"^the JSON object must be str, bytes or bytearray, not '?(?P<type>[\w.]+)'?",
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (r"^keys must be str, int, float, bool or None, not (?P<type>[\w.]+)", Family.WRONG_TYPE, Site.ARGUMENT),
    (r"^cannot convert '(?P<type>[^']+)' object to (?P<other>\w+)", Family.BAD_CONVERSION, Site.ARGUMENT, Family.NONE_ARGUMENT),
    (r"^(?:cannot|can't) pickle '?(?P<type>[\w.]+)'?", Family.WRONG_TYPE, Site.ARGUMENT),
    (r"^string argument without an encoding", Family.BAD_ENCODING, Site.ARGUMENT),
    (r"^decoding (?P<type>[\w.]+) is not supported", Family.BAD_ENCODING, Site.ARGUMENT),
    (r"^(?:cannot|can't) use a (?P<other>\w+) pattern on a (?P<type>[\w-]+) object", Family.WRONG_TYPE, Site.ARGUMENT),
    (
        r"(?:not|got|received|given) (?:type |a |an )?'?(?:<class ')?(?P<type>[A-Za-z_][\w.]*)'?>?\.?$",
        Family.WRONG_TYPE,
        Site.ARGUMENT,
        Family.NONE_ARGUMENT,
    ),
    (r"'?(?P<type>NoneType)'?", Family.NONE_ARGUMENT, Site.ARGUMENT, Family.NONE_ARGUMENT),
)

RULES = _SUBSCRIPTS + _ITERATION + _CALLS + _OPERATIONS + _ARGUMENTS
