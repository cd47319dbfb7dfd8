"""What a tool of an MCP server answered, as a result of ours."""

from __future__ import annotations

import json

from mcp_types import CallToolResult, ContentBlock, EmbeddedResource, ResourceLink, TextContent, TextResourceContents

from paramedic.integrations.mcp.tools import plain
from paramedic.model.diagnosis import Provenance
from paramedic.model.toolbox import ToolResult, ToolState

MOST_CHARACTERS = 20_000
_NOTHING = ("", "[]", "{}", "null", "None")


def result(source: str, answer: CallToolResult) -> ToolResult:
    """Always untrusted: whoever writes into the outside system writes this. Longer answers are cut."""
    text = "\n".join(_text(block) for block in answer.content).strip()
    if not text and answer.structured_content is not None:
        text = "" if _is_empty(answer.structured_content) else json.dumps(answer.structured_content, ensure_ascii=False)
    shown = plain(text, MOST_CHARACTERS)
    if len(text) > MOST_CHARACTERS:
        shown += f"\n[{len(text) - MOST_CHARACTERS} more characters left out]"
    state = ToolState.ERROR if answer.is_error else ToolState.NO_DATA if text in _NOTHING else ToolState.SUCCESS
    if answer.is_error and not shown:
        shown = "The tool failed and did not say why."
    return ToolResult(state, shown, Provenance.UNTRUSTED, source, truncated=len(text) > MOST_CHARACTERS)


def _text(block: ContentBlock) -> str:
    match block:
        case TextContent():
            return block.text
        case ResourceLink():
            return f"[{block.name}: {block.uri}]"
        case EmbeddedResource(resource=TextResourceContents() as resource):
            return resource.text
        case _:
            return f"[{block.type}: left out]"


def _is_empty(value: object) -> bool:
    """Servers wrap a list in an object, as the protocol wants it."""
    return not value or (isinstance(value, dict) and not any(value.values()))
