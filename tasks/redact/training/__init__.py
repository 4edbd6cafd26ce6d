"""Training of a name model of our own: made data, training, and its comparison with the stock."""
