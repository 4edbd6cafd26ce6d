"""The last layers of a small Llama in torch, with adapters that can be trained.

torch is an extra, so it is imported when an adapter is made.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.llm.llama import Llama

if TYPE_CHECKING:
    import torch

    from tasks.scale.lora import Row

MATRICES = ("qkv", "out", "gate_up", "down")
MOST_NORM = 1.0  # of a gradient


class Low:
    """A frozen matrix with a low-rank one beside it, which begins at zero."""

    def __init__(self, weight: "torch.Tensor", rank: int, chance: np.random.Generator) -> None:
        import torch

        rows, columns = weight.shape
        bound = rows**-0.5
        down = chance.uniform(-bound, bound, (rows, rank)).astype(np.float32)
        self.weight = weight
        self.down = torch.from_numpy(down).to(weight.device).requires_grad_()
        self.up = torch.zeros(rank, columns, device=weight.device, requires_grad=True)

    def __call__(self, states: "torch.Tensor") -> "torch.Tensor":
        """The product with the sum of both; the low-rank one counts twice (alpha is 2 rank)."""
        return states @ self.weight + 2.0 * ((states @ self.down) @ self.up)


class Adapter:
    """Layers of `llama` from the last few on; what comes in are states of the layer before."""

    def __init__(self, llama: Llama, layers: int, rank: int, rate: float, seed: int) -> None:
        import torch

        torch.set_num_threads(1)  # the same digits however many cores there are
        chance = np.random.default_rng(seed)
        self.torch, self.llama = torch, llama
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        last = llama.layers[-layers:]
        self.layers = [
            {name: Low(self._tensor(getattr(layer, name)), rank, chance) for name in MATRICES}
            for layer in last
        ]
        self.norms = [(self._tensor(one.norm), self._tensor(one.mlp_norm)) for one in last]
        self.norm, self.embedding = self._tensor(llama.norm), self._tensor(llama.embedding)
        self.trained = [part for layer in self.layers for low in layer.values()
                        for part in (low.down, low.up)]  # fmt: skip
        self.optimiser = torch.optim.AdamW(self.trained, lr=rate, weight_decay=0.0)

    def step(self, rows: Sequence["Row"]) -> None:
        """Learn from `rows` once."""
        loss, tokens = self._loss(rows)
        (loss / tokens).backward()
        self.torch.nn.utils.clip_grad_norm_(self.trained, MOST_NORM)
        self.optimiser.step()
        self.optimiser.zero_grad()

    def loss(self, rows: Sequence["Row"]) -> float:
        """Mean negative log-likelihood of the answers' tokens."""
        total, many = 0.0, 0
        with self.torch.no_grad():
            for row in rows:
                loss, tokens = self._loss([row])
                total, many = total + float(loss), many + tokens
        return total / many

    def _loss(self, rows: Sequence["Row"]) -> "tuple[torch.Tensor, int]":
        """Sum over the tokens of the answers, and their number."""
        states, wanted = [], []
        for row in rows:
            after = self._through(self._tensor(row.states.astype(np.float32)))
            states.append(after[row.answer - 1 : -1])
            wanted += row.tokens[row.answer :]
        logits = self.torch.cat(states) @ self.embedding.T
        target = self.torch.tensor(wanted, device=self.device)
        cross_entropy = self.torch.nn.functional.cross_entropy
        return cross_entropy(logits, target, reduction="sum"), len(wanted)

    def _through(self, states: "torch.Tensor") -> "torch.Tensor":
        """One sequence after the layers and the last norm."""
        places = np.arange(len(states))[:, None] * self.llama.angles
        turned = self._tensor(np.exp(1j * places).astype(np.complex64))
        for low, (norm, mlp_norm) in zip(self.layers, self.norms, strict=True):
            qkv = low["qkv"](self._normed(states, norm))
            states = states + low["out"](self._attended(qkv, turned))
            gate, up = low["gate_up"](self._normed(states, mlp_norm)).chunk(2, dim=1)
            states = states + low["down"](self.torch.nn.functional.silu(gate) * up)
        return self._normed(states, self.norm)

    def _attended(self, qkv: "torch.Tensor", turned: "torch.Tensor") -> "torch.Tensor":
        """Causal attention of one sequence, pairs of neighbours rotated."""
        torch, llama = self.torch, self.llama
        known = llama.heads + llama.groups
        parts = qkv.reshape(len(qkv), -1, llama.width)
        pairs = parts[:, :known].reshape(len(qkv), known, -1, 2).contiguous()
        rotated = torch.view_as_real(torch.view_as_complex(pairs) * turned[:, None]).flatten(-2)
        query, key, value = rotated[:, : llama.heads], rotated[:, llama.heads :], parts[:, known:]
        mixed = torch.nn.functional.scaled_dot_product_attention(
            query.transpose(0, 1)[None], key.transpose(0, 1)[None], value.transpose(0, 1)[None],
            is_causal=True, enable_gqa=True,
        )  # fmt: skip
        return mixed[0].transpose(0, 1).reshape(len(qkv), -1)

    def _normed(self, states: "torch.Tensor", weight: "torch.Tensor") -> "torch.Tensor":
        size = (states.square().mean(dim=1, keepdim=True) + float(self.llama.epsilon)).sqrt()
        return states / size * weight

    def _tensor(self, values: np.ndarray[Any, Any]) -> "torch.Tensor":
        return self.torch.from_numpy(np.ascontiguousarray(values)).to(self.device)
