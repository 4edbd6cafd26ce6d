"""Finery's join beside other tools that find near-duplicates, each in an environment of its own."""
