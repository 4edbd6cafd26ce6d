"""How much data a set needs, answered by an experiment on the set itself."""
