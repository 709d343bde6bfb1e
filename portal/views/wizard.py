"""The wizard that creates organizations: one step a page, each kept in a draft that only its owner can open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.services import AlreadySetUp, bill_to_candidates, set_up_organization, terms_by_the_guide
from fiscal.queries import draft_answers, drafts_of
from organizations.access import Reach
from organizations.choices import Kind, Level, Scope
from organizations.rules import RulesBroken
from organizations.services import TURN, NoSuchDraft, discard_draft, keep_draft, start_draft
from portal.forms.broken import add_broken
from portal.forms.wizard import BillTo, Payers, ShapeForm
from portal.http import PageRequest, fresh, lead_to, reach_of, signed_in, wants_fragment
from portal.shapes import Shape
from portal.wizard import STEP_OF_FIELD, STEPS, Wizard
from portal.wizard_view import beside, effects, step_bar, step_url, tree

MADE = "wizard_made"
MOST_REMEMBERED = 20


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PageRequest) -> HttpResponse:
    """The first question, and drafts to go on with. POST begins a draft; `parent` says where the person came from."""
    sent = request.POST if request.method == "POST" else request.GET
    parent = sent.get("parent", "")
    above = _reach_above(request, parent) if parent else None
    form = (
        ShapeForm(request.POST)
        if request.method == "POST"
        else ShapeForm(initial={"model": sent.get("model") or _usual_shape(above)})
    )
    if request.method == "POST" and form.is_valid():
        answers = {"model": form.cleaned_data, **({"place": {"parent": parent}} if parent else {})}
        return lead_to(request, step_url(start_draft(request.user, answers).public_id, "place"))
    shown = Wizard(request.user, {"model": {"model": form["model"].value() or ""}}, lambda _place: Payers())
    context = {"form": form, "parent": parent, "drafts": _drafts(request), "tree": tree(shown)}
    if request.headers.get("HX-Target") == "growing" and wants_fragment(request):
        return render(request, "portal/wizard/_growing.html", {**context, "start_url": request.path})
    return render(request, "portal/wizard/start.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def discard(request: PageRequest, draft_id: UUID) -> HttpResponse:
    """Drop an unfinished wizard. Nothing was created by it."""
    if not discard_draft(request.user, draft_id):
        raise Http404
    messages.success(request, _("Draft discarded; nothing had been created."))
    return lead_to(request, reverse("portal:wizard_start"))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: PageRequest, draft_id: UUID, step: str) -> HttpResponseBase:
    """One step. POST keeps what was typed, right or wrong, and goes on, back, or (`go=stay`) only redraws."""
    if step not in STEPS:
        raise Http404
    try:
        answers = draft_answers(request.user, draft_id)
    except NoSuchDraft:
        return _afterwards(request, draft_id, step)
    wizard = _wizard(request, answers)
    if step == "plan":
        return (
            _carry_out(request, wizard, draft_id) if request.method == "POST" else _plan_page(request, wizard, draft_id)
        )
    if request.method != "POST":
        check = "check" in request.GET and step in wizard.answers
        return _page(request, wizard, draft_id, step, wizard.checked(step) if check else wizard.form(step))
    return _answered(request, wizard, draft_id, step)


def _answered(request: PageRequest, wizard: Wizard, draft_id: UUID, step: str) -> HttpResponse:
    if step == "place" and request.POST.get("parent"):
        _reach_above(request, request.POST["parent"])
    form = wizard.form(step, request.POST)
    typed = {name: form[name].value() for name in form.fields}
    go, drawn = request.POST.get("go", ""), request.POST.get(TURN, "")
    turn = (int(drawn) if drawn.isdecimal() else -1) if go == "stay" else None
    try:
        kept = _wizard(request, keep_draft(request.user, draft_id, {step: typed}, turn=turn).answers)
    except NoSuchDraft:
        # Carried out or discarded in another tab, after this request had read it.
        return _afterwards(request, draft_id, step)
    steps = list(STEPS)
    if go == "stay":
        return _page(request, kept, draft_id, step, kept.form(step))
    if go == "back":
        return lead_to(request, step_url(draft_id, steps[max(0, steps.index(step) - 1)]))
    form = kept.form(step, request.POST)
    if not form.is_valid():
        return _page(request, kept, draft_id, step, form, status=422)
    return lead_to(request, step_url(draft_id, steps[steps.index(step) + 1]))


@fresh
def _carry_out(request: PageRequest, wizard: Wizard, draft_id: UUID) -> HttpResponse:
    if request.POST.get("go") == "back":
        return lead_to(request, step_url(draft_id, "key"))
    if wizard.first_open != "plan" or wizard.place is None:
        return lead_to(request, f"{step_url(draft_id, wizard.first_open)}?check=1")
    reach = _reach_above(request, wizard.place.id)
    try:
        organization, _key = set_up_organization(reach, plan=wizard.plan(), draft_id=draft_id)
    except AlreadySetUp:
        return _afterwards(request, draft_id, "plan")
    except RulesBroken as broken:
        return _refused(request, wizard, draft_id, broken)
    made = dict(list(request.session.get(MADE, {}).items())[-MOST_REMEMBERED:])
    request.session[MADE] = {**made, str(draft_id): str(organization.public_id)}
    return lead_to(request, reverse("portal:wizard_done", args=[organization.public_id]))


def _refused(request: PageRequest, wizard: Wizard, draft_id: UUID, broken: RulesBroken) -> HttpResponse:
    """The step that the broken rule is about, with its words: the database knows more than the forms."""
    step = next((STEP_OF_FIELD[name] for name in broken.errors if name in STEP_OF_FIELD), "place")
    form = wizard.checked(step)
    form.is_valid()
    add_broken(form, broken)
    return _page(request, wizard, draft_id, step, form, status=422)


def _afterwards(request: PageRequest, draft_id: UUID, step: str) -> HttpResponse:
    """A draft that is gone: to what this browser made of it, or, for a second press of "create", to the list."""
    made = request.session.get(MADE, {}).get(str(draft_id))
    if made:
        messages.info(request, _("This was created already; nothing was created twice."))
        return lead_to(request, reverse("portal:wizard_done", args=[made]))
    if step != "plan" or request.method != "POST":
        raise Http404
    messages.info(request, _("This draft was carried out or discarded already; nothing was created twice."))
    return lead_to(request, reverse("portal:organizations"))


def _page(
    request: PageRequest, wizard: Wizard, draft_id: UUID, step: str, form: Any, *, status: int = 200
) -> HttpResponse:
    context = {
        **beside(wizard, draft_id, step),
        "form": form,
        "turn": wizard.answers.get(TURN, 0),
        "mode": wizard.mode,
        "places": wizard.places if step == "place" else None,
        "q": wizard.q,
        "white_label": wizard.shape == Shape.WHITE_LABEL,
        "place": wizard.place,
    }
    target = request.headers.get("HX-Target", "")
    if wants_fragment(request) and target in FRAGMENTS:
        return render(request, FRAGMENTS[target], context, status=status)
    context |= {"bar": step_bar(wizard, draft_id, step), "title": STEPS[step], "draft_id": draft_id}
    return render(request, f"portal/wizard/{step}.html", context, status=status)


FRAGMENTS = {"beside": "portal/wizard/_beside.html", "places": "portal/wizard/_places.html"}


def _plan_page(request: PageRequest, wizard: Wizard, draft_id: UUID) -> HttpResponse:
    if wizard.first_open != "plan":
        return lead_to(request, f"{step_url(draft_id, wizard.first_open)}?check=1")
    context = {
        **beside(wizard, draft_id, "plan"),
        "bar": step_bar(wizard, draft_id, "plan"),
        "title": STEPS["plan"],
        "draft_id": draft_id,
        "mode": wizard.mode,
        "effects": effects(wizard),
        "plan": wizard.plan(),
        "name": wizard.name,
        "managed": wizard.shape.kind == Kind.MANAGED,
        "place": wizard.place,
    }
    return render(request, "portal/wizard/plan.html", context)


def _wizard(request: PageRequest, answers: dict[str, Any]) -> Wizard:
    return Wizard(
        request.user, answers, lambda place: _payers(_reach_above(request, place)), q=request.GET.get("q", "").strip()
    )


def _payers(reach: Reach) -> Payers:
    offered = bill_to_candidates(reach, include_self=True)
    return Payers(
        [BillTo(str(one.public_id), str(one), one.in_live) for one in offered],
        terms_by_the_guide(reach),
        free=reach.allows(Scope.BILLING, Level.MANAGE),
    )


def _reach_above(request: PageRequest, public_id: str) -> Reach:
    """The reach for creating: at the organization above. 404 if it is foreign, 403 without the authorization."""
    try:
        organization_id = UUID(public_id)
    except ValueError:
        raise Http404 from None
    return reach_of(request, organization_id, Scope.ORGANIZATIONS, Level.MANAGE)


def _usual_shape(above: Reach | None) -> str:
    """Below a holding or partner, a further branch; else nothing is chosen for the person."""
    return Shape.FURTHER if above and above.organization.provisioned_by_id else ""


def _drafts(request: PageRequest) -> list[dict[str, Any]]:
    return [
        {
            "url": step_url(line.id, "plan"),
            "discard_url": reverse("portal:wizard_discard", args=[line.id]),
            "name": line.name or Shape.unnamed(line.model),
            "model": Shape(line.model).label if line.name and line.model in Shape.values else "",
            "changed_at": line.changed_at,
        }
        for line in drafts_of(request.user)
    ]
