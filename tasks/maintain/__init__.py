"""Tidy up what runs leave behind."""
