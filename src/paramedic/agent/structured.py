"""An answer in a form of the caller's: held to the JSON Schema that came with the prompt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from paramedic.agent.fence import safe

LARGEST = 64_000
_LONGEST_TEXT = 8_000

# A pattern of a stranger's may take for ever, so none is run: that a text fits one is asked of the model and not checked.
_Validator: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": lambda *_: (), "patternProperties": lambda *_: ()}
)


def wrong_schema(schema: Mapping[str, Any]) -> str:
    """What is wrong with a schema, "" when answers can be held to it."""
    try:
        _Validator.check_schema(schema)
    except SchemaError as error:
        return f"{error.json_path}: {error.message}"[:300]
    return ""


def fault(schema: Mapping[str, Any], output: object) -> str:
    """In what ``output`` is not what was asked for; "" when it is. References lead nowhere but into the schema itself."""
    if len(json.dumps(output)) > LARGEST:
        return f"output is longer than {LARGEST} characters"
    try:
        # An empty registry fetches nothing.
        errors = list(_Validator(schema, registry=Registry()).iter_errors(output))[:5]
    except Unresolvable as error:
        return f"the schema refers to what is not there: {error.ref}"[:300]
    except RecursionError:
        return "the schema never ends"
    return "; ".join(_described(error) for error in errors)[:1000]


def scrubbed(value: object) -> Any:
    """Without secrets and without characters that hide text."""
    match value:
        case str():
            return safe(value, _LONGEST_TEXT)
        case dict():
            return {safe(str(name), 300): scrubbed(item) for name, item in value.items()}
        case list():
            return [scrubbed(item) for item in value]
        case _:
            return value


def _described(error: ValidationError) -> str:
    return f"output{error.json_path[1:]}: {error.message[:200]}"
