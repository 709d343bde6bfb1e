"""The mirror engine and the providers: what is desired below becomes true at fiskaly, Kassandro and DataCash."""
