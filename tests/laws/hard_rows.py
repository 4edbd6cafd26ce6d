"""A small table of all that stages stumble over. Every person and number in it is invented."""

import json
from typing import Any

import polars as pl

from tests.builders import row, turn

BAKE = "Explain in a few words how to bake a loaf of rye bread at home"
LOAF = "Mix rye flour, water, salt and sourdough, let it rise over night and bake it for an hour."

FUNCTION = {"name": "weather", "arguments": "{}"}
CALL = json.dumps({"tool_calls": [{"id": "c1", "type": "function", "function": FUNCTION}]})
PARTS = json.dumps({"content": [{"type": "text", "text": "donâ€™t &amp; won’t"}]})

ROWS: tuple[dict[str, Any], ...] = (
    row("a0", "Hi there", "Good morning to you"),
    row("a1", "Hi there", "Good morning to you", source="t", source_row=3),  # byte for byte
    row("a2", "hi  THERE", "“Good” morning to you!"),  # folded, all but the quotation marks
    row("b0", BAKE, LOAF),
    row("b1", BAKE.replace("Explain", "Please explain"), LOAF, source="t"),  # near
    row("b2", BAKE.replace("rye", "wheat"), LOAF.replace("rye", "wheat")),  # another question
    row("c0", "What is the capital of Australia?", "Canberra"),
    row("c1", "What is the capital of Australia?", "Sydney"),  # a contradiction
    row("d0", "", ""),
    row("d1", "A question", " \n\t"),
    row("d2"),  # no turns
    row("d3", "Only asked"),
    row("d4", turn("robot", "beep"), turn("assistant", "boop")),
    row("d5", turn("user", "one"), turn("user", "two"), turn("assistant", "three")),
    row("e0", "Ünïcode ☃", "Schnee 👩‍👩‍👧 fällt"),
    row("e1", "你好世界，请写一首诗", "春风吹过山冈。"),
    row("e2", "می‌خواهم بدانم", "بله"),
    row("e3", "cafe\u0301 or café?", "Both."),
    row("f0", "donâ€™t worry\r\n", "it\u200bs fine\x07"),
    row("f1", "Is it <b>bold</b>?", "<p>Yes &amp; no</p><p>Done&nbsp;now</p>"),
    row("f2", "if a<b: print(c) # 3 > 2", "vector<int> v;"),
    row("g0", "Write to jane.roe@example.org or call +1 202 555 0143", "Done, Jane Roe."),
    row("h0", turn("system", "Be brief."), turn("user", "Weather?"),
        turn("assistant", "", CALL), turn("tool", "{\"t\": 3}", '{"tool_call_id": "c1"}'),
        turn("assistant", "3 degrees."), tools='[{"type": "function"}]'),
    row("h1", turn("user", "donâ€™t &amp; won’t", PARTS), turn("assistant", "Fine.")),
    row("i0", "Which one?", "The first", rejected=[turn("assistant", "The secondâ€¦")]),
    row("i1", "Which one?", "The same", rejected=[turn("assistant", "The same")]),
    row("j0", "Mine", "Yours", meta='{"topic": "x", "n": 1.50, "who": "jane.roe@example.org"}'),
    row("j1", "Made", "From another", origin="synthetic", parent="b0", source_row=None),
    row("k0", "long " * 500, "word " * 500),
)  # fmt: skip

DECISIONS = pl.DataFrame(
    {
        "id": ["b0", "c1", "d2", "nobody"],
        "decision": ["edit", "keep", "edit", "drop"],
        "answer": ["Ask a baker.", None, "There is no answer to replace.", None],
    }
)
"""What people decided over some of them, and over one that is not there."""
