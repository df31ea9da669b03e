"""Rasa graph components. Each reads what the service knows from a message's metadata and computes it only without."""
