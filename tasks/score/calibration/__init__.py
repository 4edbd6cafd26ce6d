"""The exam of a judge: how far it agrees with people, and what sways it."""
