"""Training of the name model that ships (`tasks.redact.ner.models`).

It learns from made sentences (Faker), and from real texts in which the stock model's persons are
taken for true, half of them under other names. Nothing of a labelled set is in either. The same
files and seed give the same weights; the hash that is printed goes into `SHA256`.
"""
