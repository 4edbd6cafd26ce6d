"""Finery's join beside other tools that find near-duplicates, each in an environment of its own.

The environments are made when first needed, which takes the package index and about five minutes,
and kept in data/bench-peers or where FINERY_BENCH_PEERS says.
"""
