"""Reads rows out of the pages of a SQLite file that SQLite no longer opens; it knows no table.

The file format is public (sqlite.org/fileformat2.html): rows of tables lie in leaf pages, which
say for themselves where each row is, so that a page can be read whatever has become of the others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

LEAF = 0x0D
HEADER = 100  # bytes of the first page that describe the file
USUAL = 4096
MAGIC = b"SQLite format 3\x00"
_SIZES = frozenset(2**n for n in range(9, 17))
_FRAME = 24
_WAL = 32
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_CONSTANTS = {0: None, 8: 0, 9: 1}

Row = tuple[object, ...]
Pages = Mapping[int, bytes]


def rows(database: bytes, wal: bytes = b"") -> Iterator[Row]:
    """Every row of every table that is still whole, in the order of the pages.

    Damaged pages are passed over. Rows that were removed may be among them where the list of the
    pages that SQLite has given up is damaged.

    Parameters
    ----------
    database, wal : bytes
        The file, and its write-ahead log if there is one.

    Examples
    --------
    >>> import sqlite3
    >>> memory = sqlite3.connect(":memory:")
    >>> _ = memory.executescript("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'one')")
    >>> list(rows(memory.serialize()))[1:]
    [(1, 'one')]
    >>> memory.close()
    """
    size, usable = _sizes(database)
    pages = {n + 1: database[at : at + size] for n, at in enumerate(range(0, len(database), size))}
    pages |= _newer(wal, size)
    for number in sorted(set(pages) - _freed(pages)):
        yield from _leaf(number, pages, usable)


def _sizes(database: bytes) -> tuple[int, int]:
    """Bytes of a page, and those of them in use; the usual ones where the header is damaged."""
    said = int.from_bytes(database[16:18], "big")
    said = 2**16 if said == 1 else said
    if not database.startswith(MAGIC) or said not in _SIZES:
        return USUAL, USUAL
    return said, said - database[20]


def _newer(wal: bytes, size: int) -> dict[int, bytes]:
    """Pages as the last commit in the log left them."""
    salts = wal[16:24]
    kept: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    for at in range(_WAL, len(wal) - _FRAME - size + 1, _FRAME + size):
        number, after = struct.unpack(">II", wal[at : at + 8])
        if wal[at + 8 : at + 16] != salts:  # of an earlier round of the log
            break
        pending[number] = wal[at + _FRAME : at + _FRAME + size]
        if after:  # a commit
            kept |= pending
            pending = {}
    return kept


def _freed(pages: Pages) -> set[int]:
    """Pages that hold nothing any more, as far as their list can be followed."""
    found: set[int] = set()
    trunk = int.from_bytes(pages.get(1, b"")[32:36], "big")
    while trunk in pages and trunk not in found:
        following, count = struct.unpack(">II", pages[trunk][:8])
        named = {
            int.from_bytes(pages[trunk][8 + 4 * n : 12 + 4 * n])
            for n in range(min(count, len(pages)))
        }
        if count > len(pages) or not named <= pages.keys():
            break
        found |= {trunk, *named}
        trunk = following
    return found


def _leaf(number: int, pages: Pages, usable: int) -> Iterator[Row]:
    page, start = pages[number], HEADER if number == 1 else 0
    if len(page) < usable or page[start] != LEAF:
        return
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    pointers = page[start + 8 : start + 8 + 2 * count]
    for at in (int.from_bytes(pointers[n : n + 2], "big") for n in range(0, len(pointers), 2)):
        try:
            yield _row(_payload(page, at, pages, usable))
        except (IndexError, KeyError, ValueError, struct.error):
            continue  # this row is damaged, the next may not be


def _payload(page: bytes, at: int, pages: Pages, usable: int) -> bytes:
    """The bytes of a row, which may go on in other pages."""
    length, at = _varint(page, at)
    _, at = _varint(page, at)  # the row's number
    here = _local(length, usable)
    if at + here + 4 * (here < length) > usable or length > usable * len(pages):
        raise ValueError("a row that leaves its page")
    parts, left = [page[at : at + here]], length - here
    following = int.from_bytes(page[at + here : at + here + 4], "big") if left else 0
    while left:
        content = pages[following][4:usable][:left]
        following = int.from_bytes(pages[following][:4], "big")
        parts.append(content)
        left -= len(content)
        if not content:
            raise ValueError("a page that is cut off")
    return b"".join(parts)


def _local(length: int, usable: int) -> int:
    """How many bytes of a row lie in its own page."""
    most = usable - 35
    if length <= most:
        return length
    least = (usable - 12) * 32 // 255 - 23
    here = least + (length - least) % (usable - 4)
    return here if here <= most else least


def _row(payload: bytes) -> Row:
    head, at = _varint(payload, 0)
    kinds = []
    while at < head:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    lengths = list(map(_length, kinds))
    borders = [head]
    for length in lengths:
        borders.append(borders[-1] + length)
    if at != head or borders[-1] != len(payload):
        raise ValueError("a row of another length than it says")
    spans = [payload[start:stop] for start, stop in pairwise(borders)]
    return tuple(_value(kind, span) for kind, span in zip(kinds, spans, strict=True))


def _length(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return 8 if kind == 7 else _INTEGERS.get(kind, 0)


def _value(kind: int, span: Sequence[int]) -> object:
    content = bytes(span)
    if kind >= 12:
        return content.decode() if kind % 2 else content
    if kind == 7:
        return struct.unpack(">d", content)[0]
    if kind in _INTEGERS:
        return int.from_bytes(content, "big", signed=True)
    return _CONSTANTS[kind]


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for n in range(9):
        byte = content[at + n]
        if n == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at + n + 1
