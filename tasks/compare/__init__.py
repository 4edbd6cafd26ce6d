"""Two releases side by side: what changed, and why."""
