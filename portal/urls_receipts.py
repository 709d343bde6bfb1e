"""Addresses of receipts, of documents that people have made, and of the verification of signed receipts."""

from django.urls import URLPattern, path

from portal.views.receipts import detail, listing, making, outcome, voiding
from portal.views.verification import dep_file, export, keys, overview, register

HERE = "o/<uuid:organization_id>/"
RECEIPT = f"{HERE}receipts/<int:receipt_id>/"
REGISTER = f"{HERE}registers/<uuid:register_id>/"
CHAIN = f"{HERE}verification/<uuid:register_id>/"

urlpatterns: list[URLPattern] = [
    path(f"{HERE}receipts/", listing.receipts, name="receipts"),
    path(f"{HERE}receipts.csv", listing.receipts_csv, name="receipts_csv"),
    path(RECEIPT, detail.receipt, name="receipt"),
    path(f"{RECEIPT}pdf/", detail.receipt_pdf, name="receipt_pdf"),
    path(f"{RECEIPT}void/", voiding.receipt_void, name="receipt_void"),
    path(f"{REGISTER}make/", making.document_new, name="document_new"),
    path(f"{HERE}documents/<uuid:document_id>/", outcome.document, name="document"),
    path(f"{HERE}documents/<uuid:document_id>/look/", outcome.document_settle, name="document_settle"),
    path(f"{HERE}verification/", overview.verification, name="verification"),
    path(f"{HERE}verification/file/", dep_file.dep_file, name="dep_file"),
    path(CHAIN, register.chain, name="chain"),
    path(f"{CHAIN}again/", keys.chain_again, name="chain_again"),
    path(f"{CHAIN}keys/", keys.chain_keys, name="chain_keys"),
    path(f"{CHAIN}export/", export.chain_export, name="chain_export"),
]
