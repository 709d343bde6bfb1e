"""Sources of sales: connecting, describing, trying and removing them (scope INTEGRATIONS, manage)."""

from fiscal.services.connections.changing import describe_connection, remove_connection, try_connection
from fiscal.services.connections.connecting import connect_datacash, connect_files, connect_kassandro, replace_secret
from fiscal.services.connections.rules import ConnectionRefused
from fiscal.services.connections.webhooks import remove_webhook, set_webhook, webhook_digest

__all__ = [
    "ConnectionRefused",
    "connect_datacash",
    "connect_files",
    "connect_kassandro",
    "describe_connection",
    "remove_connection",
    "remove_webhook",
    "replace_secret",
    "set_webhook",
    "try_connection",
    "webhook_digest",
]
