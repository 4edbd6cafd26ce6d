"""Words that carry little: whether a text has them or not, it says the same."""

_LIGHT = """
a an the this that these those there here it its it's i i'm me my mine you your yours he him his
she her hers we us our ours they them their theirs one
am is are was were be been being do does did doing done have has had having
will would shall should can could may might must
and or but so as than then thus if of in on at to for from by with about into onto over up out
just also please really very quite actually simply basically kindly now well still even too
ok okay oh um uh hmm yeah yes sure hi hello hey thanks thank
m s t d ll re ve
what which who whom whose how when where why
le la les un une des du de et ou el los las una y o der die das ein eine und oder
"""

_NEGATIONS = """
no not never none nor neither without cannot can't don't doesn't didn't isn't aren't
wasn't weren't won't wouldn't shouldn't couldn't least worst false incorrect
"""

LIGHT = frozenset(_LIGHT.split())
NEGATIONS = frozenset(_NEGATIONS.split())
