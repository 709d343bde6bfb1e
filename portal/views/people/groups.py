"""Named groups: the list, making, renaming, and one group with the organizations it takes in."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.people_groups import GroupPage, group_page, groups_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchGroup, make_group, rename_group
from portal.forms.broken import add_broken
from portal.forms.named import NameForm
from portal.http import PageRequest, lead_to, scoped, show
from portal.listing import Address, pager
from portal.views.people.place import groups_crumb, people_url, place


@require_safe
@scoped(Scope.USERS)
def groups(request: PageRequest, reach: Reach) -> HttpResponse:
    """The named groups of the organization, with how many organizations and grants each has."""
    context = place(reach, groups_crumb(reach)) | {"groups": groups_of(reach)}
    return render(request, "portal/people/groups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def group_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Make a named group; it is empty at first."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_group(reach, name=form.cleaned_data["name"])
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, f"{people_url(reach, 'group', made.public_id)}?tab=all")
    context = place(reach, groups_crumb(reach), (_("New named group"), "")) | {
        "title": _("New named group of %(name)s") % {"name": reach.organization},
        "verb": _("Make the group"),
        "form": form,
        "cancel_url": people_url(reach, "groups"),
    }
    return render(request, "portal/people/name.html", context, status=422 if form.errors else 200)


@require_safe
@scoped(Scope.USERS)
def group(request: PageRequest, reach: Reach, group_id: UUID) -> HttpResponse:
    """One named group: the organizations in it, those it could take in, and who was granted it."""
    address = Address(request.path, request.GET)
    q, tab = address.params.get("q", "").strip()[:100], address.one_of("tab", ("all",))
    page, size = address.number("page", 1), address.size()
    found = living_group(reach, group_id, q=q, tab=tab, page=page, size=size)
    tabs = (("", _("In the group"), found.members), ("all", _("All that could be"), found.everything))
    context = place(reach, groups_crumb(reach), (found.name, "")) | {
        "page": found,
        "q": q,
        "tab": tab,
        "kept": {name: address.params.get(name, "") for name in ("tab", "rows")},
        "chips": [{"label": _("Search"), "value": q, "remove": address.with_(q="")}] if q else [],
        "tabs": [
            {"label": label, "url": address.with_(tab=name), "count": count, "current": name == tab}
            for name, label, count in tabs
        ],
        "pager": pager(address, page=page, size=size, total=found.total),
        "reset_url": address.path,
        "back": request.get_full_path(),
    }
    return show(request, "portal/people/group.html", "portal/people/_group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def group_rename(request: PageRequest, reach: Reach, group_id: UUID) -> HttpResponse:
    """Give a named group another name."""
    found = living_group(reach, group_id)
    form, back = NameForm(request.POST or None, initial={"name": found.name}), people_url(reach, "group", group_id)
    if request.method == "POST" and form.is_valid():
        try:
            rename_group(reach, group_id=group_id, name=form.cleaned_data["name"])
        except NoSuchGroup:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, back)
    context = place(reach, groups_crumb(reach), (found.name, back), (_("Rename"), "")) | {
        "title": _("Rename named group %(name)s") % {"name": found.name},
        "verb": _("Rename"),
        "form": form,
        "cancel_url": back,
    }
    return render(request, "portal/people/name.html", context, status=422 if form.errors else 200)


def living_group(
    reach: Reach, group_id: UUID, *, q: str = "", tab: str = "", page: int = 1, size: int = 50
) -> GroupPage:
    """A group that is not retired, or 404."""
    found = group_page(reach, group_id, q=q, tab=tab, page=page, size=size)
    if found is None:
        raise Http404
    return found
