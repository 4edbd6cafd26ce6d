"""Presidio's AnalyzerEngine as it comes, with the spaCy model that Finery uses.

Stock means: what `AnalyzerEngine()` loads by default (recognisers, settings of the names, no
threshold, English), with the small model in place of the large one, which no package index has.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from tasks.redact.ner.models import LONGEST, MODEL

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine
    from spacy.language import Language

LANGUAGE = "en"


def stock_engine() -> "AnalyzerEngine":
    """A new engine as Presidio makes it, to compare with."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings: dict[str, Any] = dict(NlpEngineProvider().nlp_configuration)
    settings["models"] = [{"lang_code": LANGUAGE, "model_name": MODEL}]
    _stay_offline()
    model = NlpEngineProvider(nlp_configuration=settings).create_engine()
    return AnalyzerEngine(nlp_engine=model, supported_languages=[LANGUAGE])


def _stay_offline() -> None:
    """Let Presidio know domains by the list that tldextract ships: it would fetch a newer one."""
    import tldextract.tldextract as domains

    domains.TLD_EXTRACTOR = domains.TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def fast_engine() -> "AnalyzerEngine":
    """The same engine on numpy's OpenBLAS with one thread, which finds the same and is faster."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: more threads only wait
    from thinc.api import NumpyOps

    engine, openblas = stock_engine(), NumpyOps(use_blis=False)
    for _, pipe in language_of(engine).pipeline:
        for layer in pipe.model.walk() if hasattr(pipe, "model") and pipe.model else ():
            layer.ops = openblas
    language_of(engine).max_length = LONGEST
    return engine


def language_of(engine: "AnalyzerEngine") -> "Language":
    """The spaCy pipeline of `engine`."""
    loaded: Any = engine.nlp_engine
    model: Language = loaded.get_nlp(LANGUAGE)
    return model
