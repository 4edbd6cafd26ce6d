"""Making rows that a set lacks, and proving that they are sound."""
