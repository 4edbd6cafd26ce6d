"""The weights of a trained model as a file; half precision changes no finding."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.redact.ner.models import layers_of

if TYPE_CHECKING:
    from spacy.language import Language


def save(nlp: "Language", path: Path) -> str:
    """Write the weights of `nlp`, in half precision, and return their SHA-256."""
    import numpy as np

    taught: dict[str, Any] = {
        f"{place}.{name}": np.asarray(node.get_param(name), np.float16)
        for place, node in enumerate(layers_of(nlp))
        for name in node.param_names
        if node.has_param(name)
    }
    file = io.BytesIO()
    np.savez(file, **taught)
    path.write_bytes(file.getvalue())
    return hashlib.sha256(file.getvalue()).hexdigest()
