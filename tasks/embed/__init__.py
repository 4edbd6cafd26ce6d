"""Texts as vectors, each text embedded once across all runs."""
