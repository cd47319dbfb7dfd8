"""What a call costs, in micro-dollars: from the configured prices, else from the built-in list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from genai_prices import calc_price
from genai_prices.types import Usage
from pydantic_ai.usage import RequestUsage

from paramedic.integrations.models.providers import Choice
from paramedic.model.errors import NotConfigured
from paramedic.settings.file import PriceConfig

_MICRO = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one model."""

    choice: Choice
    configured: PriceConfig | None

    def of(self, usage: RequestUsage) -> int:
        """Micro-dollars for what a provider says it did, rounded up."""
        if self.configured:
            return self._flat(usage.input_tokens, usage.output_tokens)
        return self._listed(
            Usage(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cache_read_tokens=usage.cache_read_tokens,
                cache_write_tokens=usage.cache_write_tokens,
            )
        )

    def at_most(self, input_tokens: int, output_tokens: int) -> int:
        """Micro-dollars if every token is read at the dearest way of reading it, and the reply is as long as it may be."""
        if self.configured:
            return self._flat(input_tokens, output_tokens)
        plain = self._listed(Usage(input_tokens=input_tokens, output_tokens=output_tokens))
        written = self._listed(Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_write_tokens=input_tokens))
        return max(plain, written)

    def _flat(self, input_tokens: int, output_tokens: int) -> int:
        if self.configured is None:
            raise ValueError("no configured price")
        # Dollars for a million tokens are micro-dollars for one.
        return _up(self.configured.input * input_tokens + self.configured.output * output_tokens)

    def _listed(self, usage: Usage) -> int:
        return _up(calc_price(usage, self.choice.name, provider_id=self.choice.priced_as).total_price * _MICRO)


def find_price(choice: Choice, configured: Mapping[str, PriceConfig]) -> Price:
    """Raises ``NotConfigured`` with the lines to add when the price is not known: what has no price is not asked."""
    own = configured.get(choice.label)
    if own is not None:
        return Price(choice, own)
    try:
        calc_price(Usage(input_tokens=1, output_tokens=1), choice.name, provider_id=choice.priced_as)
    except LookupError as error:
        table = f'[agent.prices."{choice.label}"]'
        raise NotConfigured(
            f"The price of {choice.label} is not known, so no budget could hold.",
            remedy=f"Add {table} with input = … and output = … (dollars for a million tokens; 0 for a server of your own).",
        ) from error
    return Price(choice, None)


def _up(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_UP))
