"""What rows are worth: cheap signals, encoders, judges, and whether to believe them."""
