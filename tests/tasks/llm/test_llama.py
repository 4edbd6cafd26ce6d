"""The small Llama computes what the architecture says, and what llama.cpp computes."""

import numpy as np
import pytest

from tasks.llm.gguf import Gguf
from tasks.llm.likelihood import likelihood_model
from tasks.llm.llama import AT_ONCE, Llama
from tasks.llm.weights import DEFAULT
from tests.installed import needs_model
from tests.tasks.llm.tiny_model import GROUPS, HEADS, LAYERS, WIDTH, write_tiny

IDS = [5, 1, 5, 200, 42, 0, 17]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Gguf:
    place = tmp_path_factory.mktemp("tiny") / "model.gguf"
    write_tiny(place)
    return Gguf(place)


@pytest.fixture(scope="module")
def tiny(file) -> Llama:
    return Llama(file)


def turned(vector, place):
    """Each pair of neighbours rotated by an angle of its own."""
    after = []
    for pair in range(WIDTH // 2):
        angle = place * 100.0 ** (-2 * pair / WIDTH)
        x, y = vector[2 * pair : 2 * pair + 2]
        after += [
            x * np.cos(angle) - y * np.sin(angle),
            x * np.sin(angle) + y * np.cos(angle),
        ]
    return np.array(after)


def by_the_book(file: Gguf, ids: list[int]) -> list[float]:
    """Log-probability of every id but the first, token by token and head by head."""

    def of(name):
        return file.weight(f"{name}.weight").astype(np.float64)

    def normed(x, name):
        return x / np.sqrt((x * x).mean() + 1e-5) * of(name)

    def cut(x):
        return x.reshape(-1, WIDTH)

    states = [of("token_embd")[i] for i in ids]
    for at in range(LAYERS):
        keys, values, after = [], [], []
        for place, x in enumerate(states):
            h = normed(x, f"blk.{at}.attn_norm")
            keys.append([turned(k, place) for k in cut(of(f"blk.{at}.attn_k") @ h)])
            values.append(cut(of(f"blk.{at}.attn_v") @ h))
            mixed = []
            for head, q in enumerate(cut(of(f"blk.{at}.attn_q") @ h)):
                group = head // (HEADS // GROUPS)
                scores = [turned(q, place) @ k[group] / np.sqrt(WIDTH) for k in keys]
                shares = np.exp(scores) / np.exp(scores).sum()
                mixed.append(sum(s * v[group] for s, v in zip(shares, values, strict=True)))
            x = x + of(f"blk.{at}.attn_output") @ np.concatenate(mixed)
            h = normed(x, f"blk.{at}.ffn_norm")
            gate = of(f"blk.{at}.ffn_gate") @ h
            h = gate / (1 + np.exp(-gate)) * (of(f"blk.{at}.ffn_up") @ h)
            after.append(x + of(f"blk.{at}.ffn_down") @ h)
        states = after
    logits = [of("token_embd") @ normed(x, "output_norm") for x in states[:-1]]
    return [row[i] - np.log(np.exp(row).sum()) for row, i in zip(logits, ids[1:], strict=True)]


def test_it_computes_what_the_architecture_says(file, tiny):
    (found,) = tiny.log_probs([(IDS, 1)])

    assert np.allclose(found, by_the_book(file, IDS), atol=1e-5)


def test_only_what_is_asked_about_comes_back(tiny):
    (every,), (last,) = tiny.log_probs([(IDS, 1)]), tiny.log_probs([(IDS, 5)])

    assert np.allclose(last, every[4:], atol=1e-6)


def test_sequences_beside_each_other_do_not_see_each_other(tiny):
    (alone,) = tiny.log_probs([(IDS, 2)])
    first, beside = tiny.log_probs([([9, 9, 9], 1), (IDS, 2)])

    assert len(first) == 2
    assert np.allclose(beside, alone, atol=1e-6)


def test_what_comes_later_changes_nothing_before(tiny):
    (short,), (longer,) = tiny.log_probs([(IDS[:4], 1)]), tiny.log_probs([(IDS, 1)])

    assert np.allclose(longer[:3], short, atol=1e-6)


def test_more_tokens_than_are_looked_up_at_once_are_all_found(tiny):
    ids = [(7 * i) % 250 for i in range(2 * AT_ONCE + 3)]
    (found,) = tiny.log_probs([(ids, 1)])

    assert len(found) == len(ids) - 1
    for place in (0, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE + 1):
        (one,) = tiny.log_probs([(ids[: place + 2], place + 1)])
        assert np.isclose(found[place], one[0], atol=1e-5)


@needs_model
def test_the_real_model_knows_that_paris_is_the_capital_of_france():
    model = likelihood_model(DEFAULT)
    asked = [("user", "What is the capital of France?")]
    right, wrong = model.score(
        model.read(asked, f"The capital of France is {town}.") for town in ("Paris", "Potato")
    )

    # 0.3684 and 2.3005 here; other processors add in another order
    assert right.given == pytest.approx(0.3684, abs=0.02)
    assert right.alone == pytest.approx(2.3005, abs=0.02)
    assert wrong.given > right.given + 0.5
