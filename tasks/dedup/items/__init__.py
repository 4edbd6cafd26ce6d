"""Items of evaluation sets: how they are read, and how they are found in rows."""
