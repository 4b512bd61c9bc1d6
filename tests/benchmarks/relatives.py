"""LIME's published relatives beside limelab's presets: theirs, ours, difference; their defects.

Run by hand, from the root: ``python -m tests.benchmarks.relatives`` (a minute or so). "published"
is a figure that the authors printed (paper or notebook), "stated again" is their rule written anew
on the same samples, from numpy and scikit-learn alone. `within` is how far ours may be off, and
why. What is quick is a test as well: tests/presets/test_relatives.py.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.benchmarks import relatives_defects, relatives_rows


def main() -> None:
    """Print both tables."""
    print(
        f"{'relative':10}{'quantity':64}{'source':13}{'theirs':>10}{'ours':>10}{'diff':>11}  within"
    )
    for rows in (*relatives_rows.QUICK, *relatives_rows.SLOW):
        for row in rows():
            said = "" if row.agrees else "  NOT WITHIN"
            print(
                f"{row.relative:10}{row.quantity:64}{row.source:13}{row.theirs:10.4f}{row.ours:10.4f}"
                f"{row.difference:11.1e}  {row.within:.1g} ({row.why}){said}"
            )
    print(f"\n{'relative':10}{'defect':84}{'theirs':>9}{'corrected':>11}{'right':>9}")
    for defects in (*relatives_defects.QUICK, *relatives_defects.SLOW):
        for one in defects():
            said = "" if one.mended else "  NOT MENDED"
            print(
                f"{one.relative:10}{one.defect:84}{one.theirs:9.3f}{one.corrected:11.3f}"
                f"{one.right:9.3f}{said}"
            )


if __name__ == "__main__":
    main()
