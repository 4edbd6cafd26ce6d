"""Which rows are conversations that one can train on at all."""
