"""Two stores into one, and a store without what nobody needs; it computes no block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from limelab.study.entries import Damage, Entry
from limelab.study.store import Store
from limelab.types import BadInput


@dataclass(eq=False)
class Merged:
    """What a merge did.

    Attributes
    ----------
    taken, held : int
        Blocks that were new, and that were there already.
    differ : list of Entry
        Blocks that both have with other content; ours stay.
    damaged : list of Damage
        Blocks of the other store whose files are not what was written: left out.
    """

    taken: int = 0
    held: int = 0
    differ: list[Entry] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)


def merge(into: Store, other: Path) -> Merged:
    """Take over what another store has found out.

    A claim counts as declared only where its earliest registration precedes the earliest data of
    its study in either store.

    Parameters
    ----------
    into : Store
        Open for writing.
    other : path
        The folder of the other store, which is only read.

    Raises
    ------
    BadInput
        The other is no store, or the same one.
    """
    if other.resolve() == into.folder.resolve():
        raise BadInput(f"{other} cannot be merged into itself; name another folder")
    did = Merged()
    with Store.read(other) as source:
        ours = {entry.key: entry for entry in into.blocks()}
        for entry in source.blocks():
            if entry.key in ours and into.has([entry.key]):
                did.held += 1
                did.differ += [] if ours[entry.key].digest == entry.digest else [entry]
            elif _take(into, source, entry):
                did.taken += 1
        did.damaged = list(source.damaged)
        into.adopt(source.history(), source.failures())
    return did


def _take(into: Store, source: Store, entry: Entry) -> bool:
    """One checked block, byte by byte; False where it is damaged."""
    content = source.content(entry)
    if content is None:
        return False
    into.put_content(entry, content)
    return True


@dataclass(eq=False)
class Pruned:
    """What was removed: blocks by kind, files without a block, and the bytes of both."""

    blocks: Counter[str]
    files: int
    size: int


def prune(store: Store, keep: Collection[str] | None) -> Pruned:
    """Remove files that no block names and blocks whose file is gone or damaged.

    Parameters
    ----------
    store : Store
        Open for writing.
    keep : collection of str, optional
        Keys that are needed: all other blocks and failures go as well.
    """
    before = _size(store.folder)
    damaged = {damage.key for damage in store.verify()}
    gone = [
        entry
        for entry in store.blocks()
        if entry.key in damaged or (keep is not None and entry.key not in keep)
    ]
    store.forget([entry.key for entry in gone])
    if keep is not None:
        store.forget_failures(keep)
    files = store.sweep()
    return Pruned(Counter(entry.kind for entry in gone), len(files), before - _size(store.folder))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("blocks/??/*"))
