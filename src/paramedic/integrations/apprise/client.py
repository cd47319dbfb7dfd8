"""Speaking in whatever Apprise knows. It tells no more than how many services took a message, and some may when others fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paramedic.integrations.speaking import cannot_be_asked
from paramedic.model.chat import ChatMessage
from paramedic.model.errors import NotConfigured, OutsideError

if TYPE_CHECKING:
    from apprise import Apprise


@dataclass(slots=True)
class AppriseChat:
    """``addresses`` are Apprise URLs with blanks between. They hold secrets, so no message shows one."""

    addresses: str
    name: str = "apprise"
    edits: bool = False
    answers: bool = False
    _services: Apprise = field(init=False)

    def __post_init__(self) -> None:
        try:
            from apprise import Apprise, AppriseAsset
        except ImportError as error:
            raise NotConfigured(
                "APPRISE_URLS is set, but Apprise is not installed.", remedy="pip install 'paramedic[apprise]'."
            ) from error
        self._services = Apprise(asset=AppriseAsset(storage_mode="memory"))
        for number, address in enumerate(self.addresses.split(), 1):
            if not self._services.add(address):
                raise NotConfigured(f"Address {number} of APPRISE_URLS is not one that Apprise knows.")

    def post(self, message: ChatMessage, mark: str, under: str = "") -> str:  # noqa: ARG002 - it knows neither
        from apprise import NotifyFormat

        link = f"\n{message.link}" if message.link else ""
        body = f"{message.body}{link}" or message.title
        result = self._services.notify(body=body, title=message.title, body_format=NotifyFormat.TEXT)
        if not result:
            told = f"{result.success_count} of {len(result.results)} services took the message"
            raise OutsideError(
                f"{told}.", remedy="Check APPRISE_URLS; it is not sent again to those that took it.", permanent=True
            )
        return ""

    def find(self, mark: str) -> str | None:
        raise cannot_be_asked("Apprise", f"does not tell what became of {mark[:12]}")

    def edit(self, message_id: str, message: ChatMessage) -> None:
        raise OutsideError(f"Apprise cannot change message {message_id!r}: {message.title}", permanent=True)
