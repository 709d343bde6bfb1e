from billing.models.arrangement import Arrangement
from billing.models.billing_address import BillingAddress

__all__ = ["Arrangement", "BillingAddress"]
