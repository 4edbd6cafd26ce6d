"""Words of which one stands for another and means something else, though vectors hold them near.

Vectors put words together that occur in the same places, and opposites do: "highest" is nearer to
"lowest" than to "greatest". A text with one of a line where another has another of that line says
something else. English, and no complete list: names and numbers are told apart without it.
"""

_ALTERNATIVES = """
highest lowest
high low
higher lower
largest smallest
biggest smallest
larger smaller
longest shortest
long short
oldest youngest newest
old young new
most least fewest
more less fewer
maximum minimum
max min
maximize minimize
before after during
increase decrease reduce
increasing decreasing
ascending descending
earliest latest
early late
first last second third final
left right
top bottom
good bad
better worse
best worst
positive negative neutral
true false
correct incorrect wrong
right wrong
hot cold warm
rich poor
male female
man woman boy girl
men women boys girls
husband wife
brother sister
son daughter
mother father
north south east west
morning afternoon evening night
day week month year hour minute decade century
daily weekly monthly yearly annual
yesterday today tomorrow
past present future
previous next
open close
opened closed
start end
begin end finish
buy sell
win lose
pros cons
advantage disadvantage
advantages disadvantages drawbacks
benefits drawbacks risks
causes effects consequences
cause effect treatment prevention
symptoms treatment causes prevention diagnosis
symptoms treatments causes
similarities differences
similar different
same different
synonym antonym
synonyms antonyms
formal informal
active passive
singular plural
noun verb adjective adverb
nouns verbs adjectives adverbs
upper lower
uppercase lowercase
encode decode
encrypt decrypt
add subtract multiply divide remove
sum difference product quotient average
mean median mode
area perimeter volume circumference
insert delete update
push pop
import export
input output
client server
even odd
include exclude
includes excludes
accept reject
allow deny
enable disable
black white red green blue yellow orange purple brown
spring summer autumn winter
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
english french spanish german italian portuguese chinese japanese korean russian arabic hindi
python java javascript typescript ruby rust php perl swift kotlin matlab
breakfast lunch dinner
miles kilometers
miles kilometres
miles km
inches centimeters
inches centimetres
feet meters
feet metres
pounds kilograms
celsius fahrenheit
dollars euros
cat dog
student teacher
doctor patient
employee employer
parent child
teacher student
"""

_LINES = tuple(frozenset(line.split()) for line in _ALTERNATIVES.split("\n") if line)


def alternatives(one: set[str], other: set[str]) -> bool:
    """Whether `one` has a word where `other` has an alternative to it.

    Args:
        one: Folded words that one text has and the other has not.
        other: Those that the other has and the first has not.
    """
    return any(one & line and other & line for line in _LINES)
