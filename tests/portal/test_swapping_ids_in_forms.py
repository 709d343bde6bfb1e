"""Ids of another tenant, put one at a time into the fields of one's own forms and filters."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import transaction

from tests.portal.canaries import plant, rows_of, strangers_in
from tests.portal.doors_world import ALL, World, sign_in
from tests.portal.doors_world import _plain_shell as _plain_shell  # noqa: PLC0414 - a fixture
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.forms import forms_of
from tests.portal.test_canaries_of_tenants import addresses, everything_said, found_in, word

pytestmark = pytest.mark.tenancy

STANDING = [
    ("petra", "maker", "elsewhere"),
    ("mio", "shop", "maker"),
    ("mio", "shop", "elsewhere"),
    ("hanna", "holding", "maker"),
    ("stranger", "elsewhere", "label"),
]
OF_THE_SHELL = {"/accounts/logout/", "/theme/"}
"""Forms on every page that hold no id."""
OF_ONE_PERSON = {
    *("portal:wizard_step", "portal:wizard_discard", "portal:session_end", "portal:subscription_remove"),
    *("portal:notification_read", "portal:notification_snooze", "portal:snooze_end"),
}
"""Pages about what belongs to a person and to no tenant."""


def foreign_ids(world: World, place: str) -> tuple[list[str], list[str]]:
    """Public ids and numbers of all that stands at an organization."""
    things = [world.organizations[place].public_id, *world.things[place].values()]
    numbers = [thing for thing in things if isinstance(thing, int)] + [world.organizations[place].pk]
    return [str(each) for each in things if isinstance(each, UUID)], sorted(map(str, {*numbers} - {1}))


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize(("who", "home", "abroad"), STANDING)
def test_an_id_of_another_tenant_in_a_form_or_filter_reaches_nothing(world, who, home, abroad):
    """Whatever page it is put into: nothing of the other's changes or is referred to, and no word of it is shown."""
    leaks, changed, swapped, taken = [], [], 0, 0
    plant(world.organizations[abroad], word(abroad))
    public, numbers = foreign_ids(world, abroad)
    before, crossing = rows_of(world.organizations[abroad]), strangers_in(world.organizations[abroad])
    for _name, url in addresses(world, home):
        client = sign_in(world.people[who])  # some form of the page before may have ended the session
        answer = client.get(url)
        if answer.status_code != 200 or answer.streaming or "html" not in answer["Content-Type"]:
            continue
        for form in forms_of(answer.content.decode()):
            if form.action in OF_THE_SHELL:
                continue
            send = client.get if form.method == "GET" else client.post
            to = form.action or url
            with transaction.atomic():
                taken += form.method == "POST" and send(to, form.body).status_code in {204, 302, 303}
                transaction.set_rollback(True)
            for name, own in form.ids.items():
                with transaction.atomic():
                    for foreign in numbers if own.isdigit() else public:
                        said = everything_said(send(to, form.body | {name: foreign}))
                        swapped += 1
                        leaks += [(to, name, foreign)] if found_in(said, (abroad,)) else []
                    after = rows_of(world.organizations[abroad]), strangers_in(world.organizations[abroad])
                    changed += [(to, name)] if after != (before, crossing) else []
                    transaction.set_rollback(True)

    assert leaks == []
    assert changed == []
    assert swapped > 300
    assert taken > 5, "forms as they stand are taken: it is the id that is refused"


def test_every_page_is_among_those_looked_at(world):
    """A page that the walk cannot address is one whose ids the world does not have."""
    walked = {name for name, _url in addresses(world, "maker")}

    assert {address.name for address in ALL if address.name.startswith("portal:")} - walked == OF_ONE_PERSON
