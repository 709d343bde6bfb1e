"""Forms for fiscal documents: lines and a payment, typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LINES = 5
RATES = {
    "AUT": [("20", "20 %"), ("10", "10 %"), ("13", "13 %"), ("19", "19 %"), ("4.9", "4.9 %"), ("0", "0 %")],
    "ITA": [("22", "22 %"), ("10", "10 %"), ("5", "5 %"), ("4", "4 %"), ("N2", "N2"), ("N4", "N4")],
}
SLOTS = [("PC", _("cash")), ("PE", _("electronic")), ("NR_EF", _("not collected, an invoice follows"))]


class LineForm(forms.Form):
    """One article. An empty name leaves the line out."""

    name = forms.CharField(label=_("Article"), max_length=200, required=False)
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=9, decimal_places=3, min_value=Decimal("0.001"), initial=1, required=False
    )
    price = forms.DecimalField(
        label=_("Gross price"), max_digits=9, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    rate = forms.ChoiceField(label=_("VAT"), required=False)

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].choices = RATES[country]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A line that has a name has the rest too."""
        typed = super().clean() or {}
        if typed.get("name"):
            for name in ("quantity", "price", "rate"):
                if not typed.get(name) and name not in self.errors:
                    self.add_error(name, _("Give this too, or empty the line."))
        elif typed.get("price"):
            self.add_error("name", _("Name the article, or empty the line."))
        return typed


class PaymentForm(forms.Form):
    """How it is paid: all of it in one way."""

    method = forms.ChoiceField(label=_("Paid with"))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = list(choices)  # type: ignore[attr-defined]


class MakingForm:
    """The lines and the payment of one document."""

    def __init__(self, data: Any, *, country: str, methods: Sequence[str]) -> None:
        self.italian = country == "ITA"
        choices = SLOTS if self.italian else [(name, name) for name in methods]
        self.lines = [LineForm(data, prefix=f"line{n}", country=country) for n in range(LINES)]
        self.payment = PaymentForm(data, prefix="paid", choices=choices)

    def is_valid(self) -> bool:
        """Whether everything typed fits, and there is at least one line."""
        wrong = [form for form in self.forms if not form.is_valid()]
        fits = not wrong
        if fits and not list(self._articles()):
            self.lines[0].add_error("name", _("Give at least one article."))
            return False
        return fits

    @property
    def forms(self) -> list[forms.Form]:
        return [*self.lines, self.payment]

    @property
    def total(self) -> Decimal:
        """What the lines come to."""
        return sum((amount for _line, amount in self._articles()), Decimal(0))

    def request(self) -> dict[str, Any]:
        """What the provider is asked for, as the contract has it."""
        method = self.payment.cleaned_data["method"]
        if self.italian:
            return {"elementiContabili": [_italian(line) for line, _ in self._articles()], "pagamento": method}
        items = [_austrian(line) for line, _ in self._articles()]
        return {"items": items, "payments": [{"name": method, "amount": str(self.total)}]}

    def _articles(self) -> Iterator[tuple[dict[str, Any], Decimal]]:
        for form in self.lines:
            line = form.cleaned_data
            if line.get("name"):
                exact = line["quantity"] * line["price"]
                yield line, exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _austrian(line: dict[str, Any]) -> dict[str, Any]:
    amounts = {"quantity": str(line["quantity"]), "unitPrice": str(line["price"]), "taxRate": line["rate"]}
    return {"name": line["name"], **amounts}


def _italian(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "descrizioneProdotto": line["name"],
        "quantita": str(line["quantity"].quantize(Decimal("0.01"))),
        "prezzoLordo": str(line["price"]),
        "scontoLordo": "0.00",
        "aliquotaIVA": line["rate"],
    }
