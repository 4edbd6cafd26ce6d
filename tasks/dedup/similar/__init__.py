"""Texts that share much of their wording: every pair, found exactly."""
