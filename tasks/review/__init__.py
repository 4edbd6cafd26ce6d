"""Human review: which rows people look at, what they say, and what becomes of it."""
