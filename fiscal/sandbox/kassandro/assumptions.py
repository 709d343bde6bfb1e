"""What of Kassandro's interface is documented and what is assumed. Shown on the room's page and as JSON."""

from __future__ import annotations

from fiscal.sandbox.rooms import Assumption

DOCUMENTED, ASSUMED = "documented", "assumed"

ASSUMPTIONS = (
    Assumption("Who may use the interface", "accounts of the tiers Premium and Gastro", DOCUMENTED),
    Assumption("Two kinds of token", "account token and cash-register token, from a key of my.kassandro", DOCUMENTED),
    Assumption("Header of the token", "kassandra-token, with an a", DOCUMENTED, "token_header"),
    Assumption("Readings", "GET /cashregisters, /articles, /paymentmethods, /receipts, /receipts/count", DOCUMENTED),
    Assumption("One receipt", "GET /receipts/<number>, by number", DOCUMENTED),
    Assumption("dateFrom and dateTo", "mandatory, ISO date or time", DOCUMENTED),
    Assumption("limit, offset, withItems", "1000, 0 and true unless given", DOCUMENTED),
    Assumption("cashRegisterId", "optional, with an account token only", DOCUMENTED),
    Assumption("Articles", "in groups", DOCUMENTED),
    Assumption("POST /receipts", "with a cash-register token; answers the receipt with its signature", DOCUMENTED),
    Assumption("Product behaviour", "null receipts on reconnect, vouchers, Kassaausgang as receipts", DOCUMENTED),
    Assumption("Signatures, chain, turnover counter", "after the RKSV, with a certificate made here", DOCUMENTED),
    Assumption("Token endpoints", "POST /token/account and /token/cashregister with apiKey, cashRegisterId", ASSUMED),
    Assumption("Answer of the token endpoints", "token, expiresIn (seconds)", ASSUMED),
    Assumption("Life of a token", "a day", ASSUMED, "token_life"),
    Assumption("API key", "belongs to an account, or to one register; its end ends its tokens", ASSUMED),
    Assumption("Every field name of every answer", "as the contract page, section 3, has them", ASSUMED),
    Assumption("Envelope of lists", "none: the list itself", ASSUMED, "envelope"),
    Assumption("Shape of the count", '{"count": n}', ASSUMED, "count_shape"),
    Assumption("A receipt at exactly dateTo", "belongs to the window", ASSUMED, "date_to"),
    Assumption("A date without a time", "midnight at its beginning, also as dateTo", ASSUMED),
    Assumption(
        "A time without an offset in a query", "local time in Vienna; the earlier one if there are two", ASSUMED
    ),
    Assumption("Times in answers", "local with offset", ASSUMED, "times"),
    Assumption("Amounts", "JSON numbers with two digits, with VAT", ASSUMED, "amounts"),
    Assumption("Order of receipts", "oldest first, then register, then number", ASSUMED, "sort"),
    Assumption("Highest limit", "1000; more is refused with 400", ASSUMED, "highest_limit"),
    Assumption("A limit above the highest", "400", ASSUMED, "over_limit"),
    Assumption("offset", "honoured", ASSUMED, "offset"),
    Assumption("Rows beyond limit", "none", ASSUMED, "overfull"),
    Assumption("Count and rows", "agree", ASSUMED, "count_off"),
    Assumption("Body of an error", "status and message", ASSUMED, "errors"),
    Assumption("Missing or wrong parameter", "400 naming it", ASSUMED),
    Assumption("Missing, unknown, ended or revoked token", "401", ASSUMED),
    Assumption("Other tier, lapsed licence of the token's register", "403", ASSUMED),
    Assumption("A register whose licence has lapsed", "not listed, its receipts are not shown", ASSUMED, "lapsed"),
    Assumption("Receipt number used by several registers", "the first register's receipt", ASSUMED, "twice"),
    Assumption("Receipt numbers", "whole numbers from 1, running on, for each register", ASSUMED),
    Assumption("type of a payment method", "cash, card, voucher or invoice", ASSUMED, "method_types"),
    Assumption("Payment methods", "of each register apart, under names that somebody typed", ASSUMED),
    Assumption("type of a collective receipt", "null", ASSUMED),
    Assumption("type of a closing receipt", "closing", ASSUMED),
    Assumption("Sale of a multi-purpose voucher", "a receipt of its own, type voucher sale, 0 %", ASSUMED),
    Assumption("Kassaausgang", "type cash-out, negative, 0 %, signed under Betrag-Satz-Null", ASSUMED),
    Assumption("Redeemed multi-purpose voucher", "a payment, often called Gutscheinkonto", ASSUMED),
    Assumption("Storno", "a receipt of its own with negative quantities and payments, no link to the sale", ASSUMED),
    Assumption("Body of POST /receipts", "items, payments, and perhaps type and user; 201", ASSUMED),
    Assumption("A body that does not add up", "422", ASSUMED),
    Assumption("Repeating a POST /receipts", "makes a second receipt: there is no idempotency key", ASSUMED),
)
