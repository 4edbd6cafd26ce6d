"""Records of a gold file as points: rows of any layout that people have rated."""

from collections import Counter
from collections.abc import Sequence

from tasks.base.text import answer, prompt
from tasks.ingest.layouts import shape
from tasks.ingest.records import Fault, RecordError
from tasks.ingest.records import Record as Read
from tasks.ingest.tabulate import Row, row_of, rows_table
from tasks.score.calibration.labels import Labelled, Record, Scale, fault_of, ratings


def read_points(
    records: list[Record], columns: Sequence[str], scale: Scale | None, faults: Counter[str]
) -> Labelled:
    """The rated rows among `records`; what is none is counted in `faults`."""
    rated = ratings([[record.get(column) for column in columns] for record in records], scale)
    rows, labels = [], []
    for place, (record, given) in enumerate(zip(records, rated, strict=True)):
        # a loop, for records are objects of any shape
        made = fault_of(given) or _row(record, columns, place)
        if isinstance(made, str):
            faults[made] += 1
            continue
        rows.append(made)
        labels.append(given)
    items = rows_table(rows, "gold")
    seen = items.select(asked=prompt(), said=answer().str.strip_chars().fill_null(""))
    spoken = (seen["said"] != "").arg_true().to_list()
    faults["missing_answer"] += items.height - len(spoken)
    return Labelled(
        items[spoken], [labels[place] for place in spoken], seen["asked"].gather(spoken).to_list()
    )


def _row(record: Record, columns: Sequence[str], place: int) -> Row | str:
    """The row in `record`, or the reason why there is none.

    The labels are taken out first: they are no part of what the judge may see.
    """
    shown = {k: v for k, v in record.items() if k not in columns}
    made = shape(shown, {})
    if len(made) > 1:
        return "many_rows"  # one rating cannot be that of several rows
    if isinstance(made[0], Fault):
        return made[0].reason
    try:
        return row_of(Read(place, None, record), made[0])
    except RecordError as error:
        return error.fault.reason
