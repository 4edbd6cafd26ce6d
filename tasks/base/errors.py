"""Every way curation fails. A message says what is wrong, where, and what to do."""


class FineryError(Exception):
    """Base of the errors that Finery raises on purpose."""


class UsageError(FineryError):
    """The call is wrong: an unknown option, a bad recipe, a source that cannot be read."""


class SourceError(UsageError):
    """A source is missing, or is unreadable in every known format."""


class StageError(FineryError):
    """A stage failed; what was finished before it is cached."""


class DatasetMissingError(StageError):
    """A `DatasetRef` points at files that are gone or are not the files it names."""


class DiskFullError(StageError):
    """There is no room for what a run writes."""


class RowsChangedError(StageError):
    """A stage did to the rows what its kind may not do."""


class LedgerError(StageError):
    """The ledger does not add up: a row has no fate, or two."""
