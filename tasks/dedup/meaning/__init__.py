"""Rows that are near by their vectors, and what vectors miss."""
