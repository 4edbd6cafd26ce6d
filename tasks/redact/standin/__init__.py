"""Stand-ins: invented values of the same kind in place of real ones."""
