"""Stand-ins for ages: another one near that ends in 0 or 5, and 90 for all that are over 89.

That is how ages are made coarse where data are released (HIPAA puts all over 89 into one class), so
the text stays true enough. A real age that ends in 0 or 5 passes for a stand-in by itself.
"""

from tasks.redact.standin.draw import Draw

STEP = 5  # years
TOP = 90


def age(value: str, draw: Draw) -> str:
    """An age near `value`."""
    years = int(value)
    if years >= TOP:
        return str(TOP)
    below = max(STEP, years // STEP * STEP)
    choices = [n for n in (below - STEP, below, below + STEP) if 0 < abs(n - years) <= STEP]
    return str(draw.of([n for n in choices if STEP <= n < TOP]))


def knows_age(value: str) -> bool:
    """Whether `value` is a stand-in for an age."""
    return value.isdigit() and int(value) <= TOP and int(value) % STEP == 0
