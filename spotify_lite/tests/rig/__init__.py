"""Real servers for tests, on free ports and with state of their own."""
