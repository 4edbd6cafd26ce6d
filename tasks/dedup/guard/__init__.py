"""Whether two similar conversations say the same, by what they do not share."""
