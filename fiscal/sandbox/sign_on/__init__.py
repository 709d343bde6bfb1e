"""An OpenID Connect provider, as a customer runs one: its people sign in here, and Kontor believes what it signs."""
