"""Exactly what stock Presidio finds, for a quarter of its CPU or less."""
