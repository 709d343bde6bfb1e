"""Addresses of registers, shops and payment methods."""

from django.urls import URLPattern, path

from portal.views.registers import listing, methods, page, shops

HERE = "o/<uuid:organization_id>/"
REGISTER = f"{HERE}registers/<uuid:register_id>/"
SHOP = f"{HERE}shops/<uuid:shop_id>/"

urlpatterns: list[URLPattern] = [
    path("registers/", listing.all_registers, name="all_registers"),
    path(f"{HERE}registers/", listing.registers, name="registers"),
    path(REGISTER, page.register, name="register"),
    path(f"{REGISTER}edit/", page.register_edit, name="register_edit"),
    path(f"{REGISTER}move/", page.register_place, name="register_place"),
    path(f"{HERE}connections/<uuid:connection_id>/devices/new/", page.device_new, name="device_new"),
    path(f"{HERE}shops/", shops.shops, name="shops"),
    path(f"{HERE}shops/new/", shops.shop_new, name="shop_new"),
    path(SHOP, shops.shop_edit, name="shop_edit"),
    path(f"{SHOP}close/", shops.shop_close, name="shop_close"),
    path(f"{SHOP}reopen/", shops.shop_reopen, name="shop_reopen"),
    path(f"{HERE}payment-methods/", methods.methods, name="payment_methods"),
    path(f"{HERE}payment-methods/map/", methods.methods_map, name="payment_methods_map"),
]
