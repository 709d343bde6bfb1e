"""The room of Kassandro: accounts, cash registers that go on trading, receipts signed as the RKSV asks."""
