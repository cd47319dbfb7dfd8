"""Where the cause lies, and whether changing this repository's code can be the answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from paramedic.diagnosis.candidates import arguments, callee_name
from paramedic.diagnosis.captured import Missing, Variables, is_empty, is_none, is_zero
from paramedic.diagnosis.chain import Raised
from paramedic.diagnosis.configuration import SETTING, lacks_demanded_key, read_from_setting
from paramedic.diagnosis.deliberate import asserts_contract, asserts_type, judges_input
from paramedic.diagnosis.fault import Found
from paramedic.diagnosis.origin import Step
from paramedic.diagnosis.reading import Reading
from paramedic.diagnosis.scene import Scene
from paramedic.diagnosis.text import plain
from paramedic.diagnosis.vocabulary import words
from paramedic.model.diagnosis import Category, Family
from paramedic.model.event import ExceptionValue, Frame
from paramedic.source.tree import SourceTree


@dataclass(frozen=True, slots=True)
class Judgement:
    """``obstacle`` is "" where a change of code may be the answer."""

    category: Category
    obstacle: str = ""

    @property
    def fixable(self) -> bool:
        return not self.obstacle


_BY_FAMILY = {
    Family.NETWORK: Judgement(Category.OS, "The network or an upstream service failed; no change of this code makes it answer."),
    Family.TIMEOUT: Judgement(
        Category.OS, "Something took longer than its time limit; that is a matter of load or of the other side."
    ),
    Family.MEMORY: Judgement(Category.OS, "The process ran out of memory."),
    Family.CANCELLED: Judgement(Category.OS, "The work was cancelled or the process was told to stop."),
}
_CLIENT = words("""
    ValidationError RequestValidationError WebargsError Http404 NotFound BadRequest BadRequestKeyError PermissionDenied Forbidden
    Unauthorized MethodNotAllowed HTTPException HTTPNotFound HTTPBadRequest HTTPForbidden HTTPUnauthorized HTTPMethodNotAllowed
    NotAuthenticated AuthenticationFailed Throttled UnsupportedMediaType NotAcceptable SuspiciousOperation DisallowedHost
    RequestDataTooBig TooManyFieldsSent SuspiciousFileOperation RequestEntityTooLarge UnprocessableEntity TooManyRequests Conflict
    BadHost InvalidToken ExpiredSignatureError InvalidSignatureError BadSignature SignatureExpired UsageError BadParameter
""")
_CONFIGURATION = re.compile(
    r"(?:ImproperlyConfigured|Misconfigur\w*|Config(?:uration)?(?:Error|Exception)|Settings?Error|MissingSettings?\w*"
    r"|NoCredentialsError|PartialCredentialsError|CredentialsError|InvalidCredentials\w*|AccessDenied\w*|NoRegionError|NoSectionError"
    r"|NoOptionError|UndefinedValueError|DistributionNotFound|PackageNotFoundError|ProfileNotFound|AppRegistryNotReady)$"
)
_UPSTREAM = re.compile(
    r"(?:HTTPStatusError|APIStatusError|ApiException|ServiceUnavailable\w*|RateLimit\w*|TooManyRequestsError|GatewayTimeout|BadGateway"
    r"|ServerError|InternalServerError|ResponseError|ThrottlingException|ClientResponseError|TransportError|SMTP\w+)$"
)
_UPSTREAM_MESSAGE = re.compile(
    r"\b(?:[45]\d\d (?:Client|Server) Error|status[ _]code:? ?[45]\d\d"
    r"|[45]\d\d (?:Bad|Too|Internal|Service|Gateway|Forbid|Unauth))"
)
_DATABASE = re.compile(
    r"could not connect|connection (?:refused|reset|closed|timed out|to server)|server closed|database is locked"
    r"|too many (?:clients|connections)"
    r"|no such table|(?:relation|table|column) .* does(?:n't| not) exist|gone away|deadlock|lost connection"
    r"|disk I/O|password authentication"
    r"|access denied|unable to open database|starting up|remaining connection slots",
    re.IGNORECASE,
)
_NO_REPAIR_ERRNO = frozenset({1, 5, 12, 13, 16, 23, 24, 26, 28, 30, 122})
_DEFECTS = words("""
    AttributeError TypeError NameError UnboundLocalError KeyError IndexError ZeroDivisionError AssertionError RecursionError
    NotImplementedError
""")
_OWN_SLIPS = words("NameError UnboundLocalError ZeroDivisionError")
_OUT_OF_DOMAIN = frozenset({"math domain error", "math range error"})
_UNSET = frozenset(
    {
        Family.NONE_ATTRIBUTE,
        Family.NONE_ITEM,
        Family.NONE_OPERATION,
        Family.NONE_ARGUMENT,
        Family.NONE_ITERATION,
        Family.BAD_CONVERSION,
    }
)
_PROGRAMS = words("run Popen check_output check_call call create_subprocess_exec execvp execv")
_LIBRARY = re.compile(r"[/\\](?:site|dist)-packages[/\\]")


def judge(
    raised: Raised, reading: Reading, scenes: Sequence[Scene], found: Found | None, steps: Sequence[Step], tree: SourceTree
) -> Judgement:
    """The first sign that holds, the strongest first; a server-side defect that code can repair when none does."""
    exception = raised.exception
    name = exception.type.rsplit(".", 1)[-1]
    for judged in (
        _by_kind(name, exception.value, reading, tree),
        _missing_setting(found, steps, scenes),
        _file_system(name, reading, found, steps),
        _on_purpose(name, scenes, found, steps),
        _demanded(scenes, found, steps),
        _inside_dependency(raised, name, reading, scenes),
    ):
        if judged is not None:
            return judged
    return Judgement(Category.SERVER)


def _by_kind(name: str, message: str, reading: Reading, tree: SourceTree) -> Judgement | None:
    """What the exception's type and message alone decide."""
    if reading.family in _BY_FAMILY:
        return _BY_FAMILY[reading.family]
    if name in _CLIENT:
        return Judgement(Category.CLIENT, f"{name} is the answer to a request that was not acceptable.")
    if _CONFIGURATION.search(name):
        return Judgement(Category.CONFIGURATION, f"{name}: a setting or credential of this deployment is missing or wrong.")
    if _UPSTREAM.search(name) or (name.startswith("HTTP") and _UPSTREAM_MESSAGE.search(message)):
        return Judgement(Category.THIRD_PARTY, "An upstream service answered with an error.")
    if name in {"OperationalError", "ProgrammingError", "InternalError", "DatabaseError"} and _DATABASE.search(message):
        return Judgement(Category.OS, "The database could not be reached, or its schema is not the one that this code expects.")
    if name == "ModuleNotFoundError" and reading.detail and not _ours(reading.detail, tree):
        return Judgement(Category.CONFIGURATION, f"The package that provides `{reading.detail[:60]}` is not installed here.")
    return None


def _ours(module: str, tree: SourceTree) -> bool:
    return tree.find_module(module) is not None or tree.find_module(module.partition(".")[0]) is not None


def rejected(raised: Raised) -> Judgement:
    """The code caught what bad input did and raised its own exception for it."""
    name = plain(raised.exception.type, 60)
    return Judgement(
        Category.CLIENT, f"The code answers with {name} on purpose to a value that came in from outside this repository."
    )


def _missing_setting(found: Found | None, steps: Sequence[Step], scenes: Sequence[Scene]) -> Judgement | None:
    """``os.environ["NAME"]`` and ``settings.NAME``, read here or on the way of the bad value."""
    if found is None:
        return None
    if found.fault.family in _UNSET and (SETTING.search(found.fault.expression) or read_from_setting(steps[1:])):
        return Judgement(Category.CONFIGURATION, "A setting or environment variable is missing or wrong in this deployment.")
    subject = (found.fault.subject or "").rsplit(".", 1)[-1].strip("_").lower()
    detail = found.fault.detail or ""
    if found.fault.family is Family.MISSING_KEY and subject == "environ":
        return Judgement(Category.CONFIGURATION, f"The environment variable {detail[:60]} is not set in this deployment.")
    if found.fault.family is Family.MISSING_ATTRIBUTE and subject in {"settings", "config", "conf"} and detail.isupper():
        return Judgement(Category.CONFIGURATION, f"The setting {detail[:60]} is missing in this deployment.")
    if lacks_demanded_key(found, steps, scenes[-1].module):
        return Judgement(Category.CONFIGURATION, f"The settings of this deployment lack {detail[:60]}, which has no default.")
    return None


def _demanded(scenes: Sequence[Scene], found: Found | None, steps: Sequence[Step]) -> Judgement | None:
    """A demand on the caller, not a doubt in the code: ``assert`` over the type of what came in, or over nothing but the
    function's own parameters and with a message that says what it wants."""
    if found is None or found.fault.family is not Family.ASSERTION or not any(step.outside for step in steps):
        return None
    if not (asserts_type(found.node) or asserts_contract(scenes[-1], found.node)):
        return None
    return Judgement(Category.CLIENT, "The code demands something else of a value that came in from outside this repository.")


def _file_system(name: str, reading: Reading, found: Found | None, steps: Sequence[Step]) -> Judgement | None:
    if name == "CalledProcessError":
        return Judgement(Category.OS, "A program that this code runs failed.")
    if reading.family is not Family.FILE_SYSTEM:
        return None
    if reading.count in _NO_REPAIR_ERRNO or name == "PermissionError":
        return Judgement(Category.OS, "The operating system refused: permissions, space or limits of this machine.")
    if (
        name == "FileNotFoundError"
        and found is not None
        and isinstance(found.node, ast.Call)
        and callee_name(found.node) in _PROGRAMS
    ):
        return Judgement(Category.CONFIGURATION, "The program that this code runs is not installed on this machine.")
    if name == "FileNotFoundError" and read_from_setting(steps):
        return Judgement(Category.CONFIGURATION, "The file that a setting names does not exist on this machine.")
    if name == "FileNotFoundError" and any(step.outside for step in steps):
        return Judgement(Category.OS, "The file that the caller named does not exist on this machine.")
    return None


def _on_purpose(name: str, scenes: Sequence[Scene], found: Found | None, steps: Sequence[Step]) -> Judgement | None:
    if found is None or found.fault.family is not Family.DELIBERATE or not scenes:
        return None
    if name == "NotImplementedError":
        return Judgement(
            Category.SERVER, "This branch was left unimplemented on purpose; somebody has to decide what it should do."
        )
    reason = judges_input(scenes, found, steps, name)
    return Judgement(Category.CLIENT, f"The code raises {name} on purpose, and {reason}.") if reason else None


def _inside_dependency(raised: Raised, name: str, reading: Reading, scenes: Sequence[Scene]) -> Judgement | None:
    """A defect of another package, with nothing wrong in what we passed: a programming error at least two frames below ours,
    or a calculation of its own that fails in the very function that we call."""
    if raised.innermost_is_ours or not scenes:
        return None
    below = raised.exception.frames[raised.frames[-1].index + 1 :]
    if not all(_LIBRARY.search(each.abs_path or "") for each in below):
        return None
    deep = len(below) > 1 and name in _DEFECTS
    if not deep and not _miscalculates(raised.exception, name, below[-1]):
        return None
    if _passed_badly(scenes[-1], reading, below):
        return None
    package = (below[-1].module or below[-1].filename or "another package").partition(".")[0]
    return Judgement(Category.THIRD_PARTY, f"{name} rose deep inside `{package[:60]}` from arguments that look sound.")


def _miscalculates(exception: ExceptionValue, name: str, innermost: Frame) -> bool:
    """Whether arithmetic or a name of the package's own failed, and not a ``raise`` that answers us.

    A wrong type or a missing key would more likely be ours, so near to our call.
    """
    line = (innermost.context_line or "").strip()
    if not line or line.startswith(("raise", "assert")):
        return False
    return name in _OWN_SLIPS or (name in {"ValueError", "OverflowError"} and exception.value in _OUT_OF_DOMAIN)


def _passed_badly(scene: Scene, reading: Reading, below: Sequence[Frame]) -> bool:
    """Whether an argument on our line is None, a zero to divide by, of the type complained about, or what was choked on."""
    variables = Variables(scene.mapped.frame)
    given = [each for node in scene.nodes if isinstance(node, ast.Call) for each in arguments(node)]
    values = [value for each in given if not isinstance(value := variables.lookup(each), Missing)]
    if not values or any(is_none(value) for value in values):
        return True
    if reading.family is Family.ZERO_DIVISION and any(is_zero(value) or is_empty(value) for value in values):
        return True
    if reading.bad_type and any(reading.bad_type in str(value)[:200] for value in values):
        return True
    if reading.detail and any(reading.detail.strip("'\"") in str(value)[:2000] for value in values):
        return True
    innermost = {str(value) for value in below[-1].variables.values()}
    return any(str(value) in innermost for value in values if len(str(value)) > 3)
