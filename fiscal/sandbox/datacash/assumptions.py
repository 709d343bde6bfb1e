"""What of DataCash a client confirms or a page documents, and what is assumed. Shown on the room's page and as JSON."""

from __future__ import annotations

from fiscal.sandbox.rooms import Assumption

DOCUMENTED, CONFIRMED, ASSUMED = "documented", "client-confirmed", "assumed"

ASSUMPTIONS = (
    Assumption("Keys", "one partita IVA each, compared with the one in the credentials", DOCUMENTED),
    Assumption("Instances", "one key for receipts and invoices, separate counters", DOCUMENTED),
    Assumption("Licence", "the key dies with it and comes back by itself on renewal", DOCUMENTED),
    Assumption("Add-ons for keys", "light, standard, premium; the contract must be signed first", DOCUMENTED),
    Assumption("Cloud Completo", "unlocks the statistics of the cloud pages", DOCUMENTED),
    Assumption("Cloud pages", "at most three months; daily totals for more than one day", DOCUMENTED, "months"),
    Assumption(
        "Excel of the counter", "date, kind (vendita, annullo, reso), identifiers; columns are ours", DOCUMENTED
    ),
    Assumption("Late documents", "devices synchronise when the operator logs out", DOCUMENTED),
    Assumption("Deferred fiscalisation", "pending under a temporary id, tried hourly, then the webhook", DOCUMENTED),
    Assumption("Calls", "POST with JSON; header Datacash-Key; ade_credentials_encrypted in every body", CONFIRMED),
    Assumption("Window of /findDocuments/", "31 days at most", CONFIRMED, "window_days"),
    Assumption("Envelope of a list", "an array, or {results}", CONFIRMED, "envelope"),
    Assumption("Time of a receipt", "dd/mm/yyyy HH:MM:SS, Europe/Rome", CONFIRMED),
    Assumption(
        "Refusals", "esito false with errori[] or errore{}, or message; sometimes HTML", CONFIRMED, "error_style"
    ),
    Assumption("Codes", "01 credentials refused, 03 password expired", CONFIRMED),
    Assumption("Duplicates", "an idtrx may come twice in a list", CONFIRMED, "duplicates"),
    Assumption("Amounts of invoices", "signed texts with a comma: +1,23", CONFIRMED),
    Assumption("Voiding a voided sale", "esito false, a text with “impossibile” and “già annullato”", CONFIRMED),
    Assumption("Number of a receipt", "DCW<year>/dddd-dddd, one counter for all merchants", ASSUMED),
    Assumption("Sign of A and R", "absolute", ASSUMED, "sign"),
    Assumption("AX and RX", "none; with the switch some A and R are written so", ASSUMED, "rare_kinds"),
    Assumption("Type of idtrx", "14 digits as text", ASSUMED, "idtrx_type"),
    Assumption("Order of a list", "oldest first; both ends of the window included; no pages", ASSUMED),
    Assumption("/infoUser/", "esito, partitaIva, denominazione, licenza{attiva, scadenza}", ASSUMED, "info"),
    Assumption("Unknown or inactive key", "401 with message", ASSUMED),
    Assumption("Lapsed licence", "403 with message, from the day after its end date", ASSUMED, "lapsed_status"),
    Assumption("Status of other refusals", "200", ASSUMED, "error_status"),
    Assumption("Body that is no JSON or misses a field of the call", "400 with message", ASSUMED),
    Assumption("Partita IVA of key and credentials differ", "refusal with code 02", ASSUMED),
    Assumption("Locked account", "after 5 refused logins in a row; code 01 from then on", ASSUMED, "locks_after"),
    Assumption("Credentials with \\n as two characters", "refused with code 01", ASSUMED, "literal_newlines"),
    Assumption("/resetPassword/", "the same credentials are good again", ASSUMED),
    Assumption("Wrong field of a document", "esito false, code EF001", ASSUMED),
    Assumption("Sale while the tax agency is down", "esito true with idTemporaneo; refused without a webhook", ASSUMED),
    Assumption("Fiscal date of a deferred sale", "the time at which the hourly try succeeded", ASSUMED),
    Assumption("Body of the webhook", "idTemporaneo, codiceAde, partitaIva, documento; not signed", ASSUMED),
    Assumption("Webhook that does not arrive", "tried again for 7 days", ASSUMED),
    Assumption("Key slots of a licence", "light 1, standard 3, premium 10", ASSUMED),
    Assumption("Counters", "all documents on the partite IVA of the account's keys since the licence began", ASSUMED),
    Assumption("Payment of a return", "the way of the sale; meal vouchers are paid back in cash", ASSUMED),
    Assumption("Quantity per item", "gifts are not counted; voids and returns are taken off", ASSUMED),
    Assumption("“Totale incassato” per day", "sales - voids - returns, not collected ones included", ASSUMED),
    Assumption("Shop of a document", "the shop in which its device stood on that day", ASSUMED),
    Assumption("Times in the Excel file", "date cells", ASSUMED, "excel_dates"),
    Assumption("Esporta statistiche", "four blocks, or one long table", ASSUMED, "statistics_layout"),
    Assumption("Encoding of the CSV files", "UTF-8 with BOM", ASSUMED, "csv_encoding"),
    Assumption("Dialect of the CSV files", "semicolons", ASSUMED, "csv_delimiter"),
    Assumption("Decimals in CSV files", "comma", ASSUMED, "csv_decimal"),
    Assumption("Thousands in CSV files", "no mark", ASSUMED, "csv_thousands"),
    Assumption("/findInvoices/", "31 days at most, by date of the invoice", ASSUMED),
    Assumption(
        "/sendInvoice/", "fattura{denominazioneCliente, pivaCliente, righe[{aliquotaIVA, prezzoLordo}]}", ASSUMED
    ),
    Assumption("/detailInvoices/", "esito, fattura as in the list", ASSUMED),
    Assumption("/downloadInvoices/", "PDF", ASSUMED),
)
