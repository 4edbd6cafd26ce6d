"""Word lists: what is no name, what is a name and a word, what is the mailbox of a role.

Kept as code, not as data files, so that a change to them makes the stage run anew.
"""

_STOP = """
a about absolutely address after agent all alright also although am an and answer are as ask
assistant at aunt awesome be because been before best bro brother but by call can card certainly
chief class company complaint could customer dad date daughter dear december did do doc doctor
does dude during each email english everyone example excellent father february finally first folks
for french friday friend friends from gentlemen german good great guest guys had has have he hello
her here hers hey hi him hiring his history home how however husband i i'll i'm i've if in input
instagram is it it's item its january july just ladies last later let let's madam man manager
march may me meanwhile miss mister mom monday mother mr mrs ms mum my name names next no not note
noun november now number nurse october of officer oh ok okay on once or order our output patient
perfect person phone physical please professor pt question recruiter regards representative right
santa saturday security september service she since sir sister so social son sorry spanish sunday
support sure system team tel teléfono than thank thanks that that's the their then there there's
these they this those
thursday to today too tuesday uh um uncle user very visit was we wednesday well what what's when
where which while who why wife will with wonderful world would write yeah yes yesterday you your
yours
"""
_EVERYDAY = """
amber art autumn bear bell bill black bond brown bush cat chance chase christian church clay cliff
cook crystal daisy dale dawn dean drew east faith field fish fox frank gene general ginger grace
grant gray green hall harmony hill holly hope hunter iris ivy jack jasmine jewel joy judge king
lake lane law lily long love major mark mason melody miles mills moon north olive page park pat
penny pepper pierce pope price prince ray read reed rich robin rock rose ruby sage sandy shore
short sky smart snow south spring star sterling stone storm street summer sunny victor violet wall
ward water waters way west white will wise wolf wood woods young
"""
_MONTHS = "april august jan june may"
_PARTICLES = "al bin da de del den der di dos du el jr la le sr van von"
_TITLES = "doctor dr madam miss mister mr mrs ms mx prof sir"
_ORGANISATIONS = """
agent assistant ave avenue bank blvd bot chatbot clinic cloud college company corp department
hospital inc llc ltd rd road school st street university
"""
_MAILBOXES = """
abuse accounting accounts admin alerts billing booking bookings careers community compliance contact
customercare customerservice deals do-not-reply donotreply editor enquiries events feedback finance
git hello help helpdesk hey hr info inquiries invoice invoices jobs legal mail mailer-daemon
marketing media members membership news newsletter no-reply noreply notification notifications
offers office order orders payments postmaster pr press privacy promotions purchasing recruiting
recruitment registration reservations returns root sales security service shipping shop store
subscribe subscriptions support team unsubscribe updates webadmin webmaster welcome
"""
_CODE_WORDS = """
arg arr array char col column count data field first float foo id idx index input int integer item
key last list login name node none null num number obj object output param str string test text
type uint user username val value var varchar
"""

STOP = frozenset(_STOP.split())
"""Words that begin with a capital for other reasons; a name has at least one word more."""
CODE_WORDS = frozenset(_CODE_WORDS.split())
"""Parts of names of variables and columns, which are written as some names of users are."""
EVERYDAY = frozenset(_EVERYDAY.split())
"""Names that are also words, and so no mention of a name where a sentence begins."""
MONTHS = frozenset(_MONTHS.split())
"""Names that are mentioned far more often as months."""
PARTICLES = frozenset(_PARTICLES.split())
"""Small words inside names."""
TITLES = frozenset(_TITLES.split())
"""Words before names; a name is the same with and without."""
ORGANISATIONS = frozenset(_ORGANISATIONS.split())
"""Words that tell an organisation or a machine from a person."""
MAILBOXES = frozenset(_MAILBOXES.split())
"""Local parts of e-mail addresses that belong to a role, not to a person."""
