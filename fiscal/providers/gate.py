"""What stands before every call: a budget and a circuit breaker, shared by all workers. Here only its shape."""

from __future__ import annotations

from typing import Protocol

from fiscal.providers.errors import ProviderError


class Gate(Protocol):
    """One gate for one credential. `enter` is followed by exactly one `passed` or `failed`."""

    def enter(self) -> None:
        """Let one call through. May sleep briefly.

        Raises Throttled (budget spent) or Unreachable (circuit open) with `sent=False`: nothing was sent.
        """

    def passed(self) -> None:
        """The call was answered as it should be."""

    def failed(self, error: ProviderError) -> None:
        """The call ended with `error`; the gate decides whether that says anything about the provider."""


class OpenGate:
    """A gate that lets everything through."""

    def enter(self) -> None:
        """Let the call through."""

    def passed(self) -> None:
        """Nothing to remember."""

    def failed(self, error: ProviderError) -> None:
        """Nothing to remember."""
