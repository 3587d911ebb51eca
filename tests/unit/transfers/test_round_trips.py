"""What a format writes it reads again, to the letter, whatever stands in it (hypothesis)."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.transfers import cells, splitting
from handler.transfers.cells import Column
from handler.transfers.formats import FORMATS, Unreadable, names_in, text_of

COLUMNS = (Column("name"), Column("note"), Column("open", "truth"), Column("tags", "words"))
_FORMULA = "=+-@\t\r\n\0＝＋－＠"  # noqa: RUF001 - as spreadsheets take them
texts = st.text(st.one_of(st.sampled_from(_FORMULA + "'\",;\\ "), st.characters(codec="utf-8")))
words = st.lists(st.text(st.sampled_from("abc-=+@'0"), min_size=1))
tables = st.lists(
    st.fixed_dictionaries({"name": texts, "note": texts, "open": st.booleans(), "tags": words})
)
blocks = st.integers(1, 50)


def written(format_, rows):
    """A table as the bytes of a file."""
    text = format_.head(COLUMNS) + "".join(format_.write(COLUMNS, row) for row in rows)
    return text.encode()


def read(format_, content, block):
    """The rows of a file that arrives in blocks of so many bytes."""
    arriving = (content[at : at + block] for at in range(0, len(content), block))
    records = format_.split(splitting.lines(arriving))
    if format_.has_header:
        assert names_in(text_of(next(records))) == [column.name for column in COLUMNS]
    return [format_.read(COLUMNS, text_of(record)) for record in records]


@given(tables, blocks)
def test_a_csv_comes_back_as_it_was(rows, block):
    """Quotes, line ends, commas, formulas and apostrophes: every value is as before."""
    format_ = FORMATS["csv"]
    again = read(format_, written(format_, rows), block)
    assert [{"tags": [], **row} for row in again] == rows


@given(tables)
def test_a_csv_that_was_read_is_written_to_the_same_bytes(rows):
    """A table that goes around is the same file."""
    format_ = FORMATS["csv"]
    content = written(format_, rows)
    again = [{"tags": [], **row} for row in read(format_, content, 64)]
    assert written(format_, again) == content


@given(st.lists(st.fixed_dictionaries({"name": texts})), blocks)
def test_json_lines_come_back_as_they_were(rows, block):
    """One object a line, whatever characters are in it."""
    format_ = FORMATS["jsonl"]
    content = "".join(format_.write(COLUMNS[:1], row) for row in rows).encode()
    assert read(format_, content, block) == rows


@given(tables)
def test_no_cell_of_a_csv_begins_a_formula(rows):
    """Whatever reads the table as CSV finds no cell that a spreadsheet would compute."""
    text = written(FORMATS["csv"], rows).decode()
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not [cell for cell in row if cell and cell[0] in _FORMULA]


@given(texts)
def test_a_guarded_text_is_the_only_one_that_reads_as_it(text):
    """Guarding loses nothing, for texts that look guarded already as well."""
    assert cells.unguarded(cells.guarded(text)) == text


@given(st.text(st.sampled_from('",\n\rab')), blocks)
def test_any_file_falls_into_records_without_gap(text, block):
    """However broken a CSV is, its records follow one another from its start to its end."""
    content = text.encode()
    arriving = (content[at : at + block] for at in range(0, len(content), block))
    found = list(splitting.rows(splitting.lines(arriving)))
    assert [one.start for one in found[:1]] == [0] * bool(content)
    assert all(one.end == next_.start for one, next_ in pairwise(found))
    assert [one.end for one in found[-1:]] == [len(content)] * bool(content)


@given(st.text(st.sampled_from('",\n\rab')), st.data())
def test_a_file_split_from_a_record_on_falls_into_the_same_records(text, data):
    """Chunks of a file, cut between records, have the records of the whole."""
    content = text.encode()
    whole = list(splitting.rows(splitting.lines([content])))
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    part = whole[first:last]
    if part:
        cut = content[part[0].start : part[-1].end]
        again = splitting.rows(splitting.lines([cut], part[0].start, part[0].line))
        assert list(again) == part


def test_a_quote_that_never_closes_costs_one_line():
    """It is refused by itself; what follows is read."""
    content = b'a,b\n"c,d\ne,f\ng,h\n'
    found = [record.content for record in splitting.rows(splitting.lines([content]))]
    assert found == [b"a,b\n", None, b"e,f\n", b"g,h\n"]


def test_a_quote_that_does_not_close_in_time_costs_one_line():
    """Reading goes on behind it as soon as the bound of a record is reached."""
    rest = b"e,f\n" * (splitting.RECORD_BYTES // 4)
    found = list(splitting.rows(splitting.lines([b'"c,d\n', rest, b'g,"h"\n'])))
    assert found[0].content is None
    lines = [*rest.splitlines(keepends=True), b'g,"h"\n']
    assert [record.content for record in found[1:]] == lines


@pytest.mark.parametrize("size", [splitting.RECORD_BYTES + 1, 3_000_000])
def test_a_line_beyond_the_bound_is_not_kept(size):
    """Its place is known, its content is not held in memory."""
    blocks_ = [b"a" * size, b"\n", b"b\n"]
    first, second = splitting.lines(blocks_)
    assert (first.content, first.end) == (None, size + 1)
    assert (second.line, second.start, second.content) == (2, size + 1, b"b\n")


def test_what_is_no_utf_8_is_told():
    """A record in another encoding is unreadable, and says so."""
    (record,) = splitting.lines([b"caf\xe9\n"])
    with pytest.raises(Unreadable, match="UTF-8"):
        text_of(record)


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    """Spreadsheets write one."""
    (record,) = splitting.lines(["\ufeffname\n".encode()])
    assert names_in(text_of(record)) == ["name"]
