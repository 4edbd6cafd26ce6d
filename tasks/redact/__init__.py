"""Personal data out of the text: rules, names, policy, tags, and an audit of what is left."""
