"""Vectors of texts: encoders that need no network, and the memo that no text passes twice."""
