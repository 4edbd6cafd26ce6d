"""The shared vocabulary: the table, references to stored datasets, reports, how a stage runs."""
