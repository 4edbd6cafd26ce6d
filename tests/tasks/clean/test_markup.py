"""Remnants of web pages go; code, mathematics and talk about markup stay."""

import html
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.clean.markup import MarkupParams, repair, strip_markup
from tests.builders import row, table, texts, turn

REPAIRS = [
    ("Yes &amp; no", "Yes & no", ("entities",)),
    ("It&#39;s&nbsp;so &#x2014; 5 &lt; 6", "It's so — 5 < 6", ("entities",)),
    ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour", ("tags",)),
    ("<b>bold</b> and <i>slanted</i>", "bold and slanted", ("tags",)),
    ("<p>One.</p><p>Two.</p>", "One.\nTwo.", ("tags",)),
    ("<ul><li>a</li><li>b</li></ul>", "a\nb", ("tags",)),
    ('See <a href="https://example.org" target=_blank>this</a>.', "See this.", ("tags",)),
    ("<div class='x'><span>in</span></div>", "in", ("tags",)),
    ("Go<script>alert(1)</script> on", "Go on", ("script",)),
    ("Go<style>p{}</style> on<!-- hidden -->", "Go on", ("script",)),
    ("fish &amp;amp; chips, 5 &amp;lt; 6", "fish & chips, 5 < 6", ("entities",)),  # escaped twice
    ("a &amp; b: &lt;b&gt;x&lt;/b&gt;", "a & b: &lt;b&gt;x&lt;/b&gt;", ("entities",)),
    ("<b>x</b> &amp; y<!-- c -->", "x & y", ("entities", "script", "tags")),
]


@pytest.mark.parametrize(("text", "after", "kinds"), REPAIRS)
def test_remnants_are_taken_out_and_named(text, after, kinds):
    assert repair(text) == (after, kinds)


MEANT = {
    "comparison": "if a<b: print(c) # 3 > 2",
    "generics": "std::vector<int> v; Map<String, List<T>> m;",
    "generic named like a tag": "Option<b> or Vec<i> or Foo<a>",
    "interval": "give <interval> or <mask> or <|endoftext|>",
    "tags of redaction": "<PERSON_1> wrote to <EMAIL_1>",
    "mathematics": "for all x < y and y > z, |x| <= 3 && y>>2",
    "shift": "cout << a << b; cin >> c;",
    "heart": "I <3 you </3",
    "address": "mail <someone@example.org> or see <https://example.org>",
    "unclosed": "<b>bold without an end, and <p> alone",
    "closing alone": "an end </div> without a start",
    "fenced": "Write:\n```html\n<b>x</b> &amp; <br>\n```\nDone.",
    "fence left open": "Write:\n```\n<b>x</b>",
    "tildes": "~~~\n<p>x</p>\n~~~",
    "inline code": "Use `<b>x</b>` and `&nbsp;` here",
    "document": "<!DOCTYPE html><html><body><p>x</p></body></html>",
    "picture": '<svg width="1"><b>x</b></svg>',
    "form": "<form><p>Name</p><input></form>",
    "ampersands": "R&D, AT&T; fish & chips; a && b; &c; x &y",
    "no entity": "&nosuchname; &#9;",
    "a tag that is shown": "it puts &lt;b&gt;x&lt;/b&gt; there",
    "query": "https://example.org/?a=1&copy=2&b=3",
    "turn of chat": "<user>hi</user> <think>hm</think>",
}


@pytest.mark.parametrize("text", MEANT.values(), ids=MEANT)
def test_what_can_be_meant_as_it_stands_stays(text):
    assert repair(text) == (text, ())


def test_around_code_the_rest_is_still_cleaned():
    text = "<p>Use `<b>` here:</p>\n```\na<br>b\n```\n<p>Good &amp; done</p>"
    assert repair(text) == (
        "Use `<b>` here:\n```\na<br>b\n```\nGood & done", ("entities", "tags"),
    )  # fmt: skip


def cleaned(*turns, **more):
    return texts(strip_markup(table(row("a", *turns, **more)), MarkupParams()).rows)[0]


@pytest.mark.parametrize(
    "asked",
    ["How do I write bold in HTML?", "Make an XML file", "What is a <b> tag?", "Fix my JSX please",
     "Что такое HTML-разметка?", "remove all tags from it"],
)  # fmt: skip
def test_a_conversation_about_markup_is_left_alone(asked):
    assert cleaned(asked, "<b>bold</b> &amp; so on") == [asked, "<b>bold</b> &amp; so on"]


@pytest.mark.parametrize(
    "asked",
    [
        "How do I write a poem?",
        '<p class="html tag">Say it</p>',
        "Tell me about stages and vintage",
    ],
)
def test_another_conversation_is_cleaned(asked):
    assert cleaned(asked, "<b>bold</b> &amp; so on")[1] == "bold & so on"


def test_the_losing_answer_and_typed_parts_are_cleaned_too():
    parts = json.dumps({"content": [{"type": "text", "text": "a &amp; b"}]})
    rows = table(
        row("a", turn("user", "a &amp; b", parts), turn("assistant", "x"),
            rejected=[turn("assistant", "<b>y</b>")])
    )  # fmt: skip
    frame = strip_markup(rows, MarkupParams()).rows.collect()
    assert frame["rejected"].to_list()[0][0]["content"] == "y"
    first = frame["messages"].to_list()[0][0]
    assert first["content"] == json.loads(first["extra"])["content"][0]["text"] == "a & b"
    assert frame["edit_kinds"].to_list() == ["entities,tags"]


def test_rows_are_counted_by_kind():
    rows = table(row("a", "x", "<b>1</b>"), row("b", "x", "1 &amp; <i>2</i>"), row("c", "x", "y"))
    assert strip_markup(rows, MarkupParams()).figures == {"kinds": {"entities": 1, "tags": 2}}


def test_white_space_at_the_ends_stays_where_nothing_was_taken_out():
    assert repair("  indented <b>x</b> text \n")[0] == "  indented x text \n"


@given(st.lists(st.sampled_from(
    ["<b>", "</b>", "<p>", "</p>", "<br>", "a", " ", "\n", "&amp;", "&", "lt;", "amp;", "`", "<",
     "```", "<!--", "-->", "<script>", "</script>", "vector<int>", "&#60;", "p>"]
), max_size=14).map("".join))  # fmt: skip
@example("<<b></b>i>x</i>")
@example("a &amp;lt;b&amp;gt; c &lt;/b&gt;")
@example("&#96;<b>x</b>&#96; &amp;")
def test_cleaning_twice_changes_nothing_more(text):
    once, _ = repair(text)
    assert repair(once) == (once, ())


@given(st.text(alphabet="abc <>=+-/*&|()0123456789.,\n", max_size=40))
def test_text_without_tags_and_entities_is_never_touched(text):
    if html.unescape(text) == text and "<b" not in text and "<a" not in text:
        assert repair(text) == (text, ())
