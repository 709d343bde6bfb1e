"""What a look in a list proves."""

from __future__ import annotations

from fiscal.mirror.plan import Seen
from fiscal.providers.errors import Garbled
from fiscal.providers.management import Listing


def proven(found: list[Seen], *listings: Listing) -> list[Seen]:  # type: ignore[type-arg]
    """`found`, if the lists prove it. Raises Garbled for "nothing" from a list that could not be read as a whole.

    What is missing there may be the very item that could not be read; to make it anew would make it twice.
    """
    if not found and not all(listing.complete for listing in listings):
        raise Garbled("The provider's list holds items that cannot be read, so it does not prove that this is missing.")
    return found
