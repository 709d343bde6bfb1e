"""The stand-in for the providers: a building of its own with its own store. Only tests and `config.sandbox` open it.

Nothing here knows our tables or our clients. It is written from the providers' contracts.
"""
