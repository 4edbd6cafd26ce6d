"""One script for each tool, run in the environment of that tool."""
