"""How Finery is run for others: deployments, a server with a worker, the sample."""
