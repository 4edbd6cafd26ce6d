"""Choose among the rows that are left."""
