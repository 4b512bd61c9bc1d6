"""What may be used of a study, and what may not."""

from __future__ import annotations

import json
from pathlib import Path

from limelab.paper import kept
from limelab.report.publishing import publish
from tests.paper.conftest import STEM


def test_a_study_that_never_ran_is_missing_with_its_reason(tmp_path: Path) -> None:
    one = kept.read(tmp_path / "nowhere", [STEM], quick=True)[STEM]
    assert one.found is None
    assert one.reason == kept.NOTHING


def test_a_quick_run_is_taken_only_when_asked_for(quick: Path) -> None:
    assert kept.read(quick, [STEM], quick=False)[STEM].reason == kept.QUICK
    taken = kept.read(quick, [STEM], quick=True)[STEM]
    assert taken.found is not None
    assert taken.found.quick


def test_a_run_with_failures_is_not_taken(full: Path, tmp_path: Path) -> None:
    told = json.loads((full / STEM / "manifest.json").read_text())
    (tmp_path / STEM).mkdir()
    told["failures"] = [{"error": "it broke"}]
    (tmp_path / STEM / "manifest.json").write_text(json.dumps(told))
    assert kept.read(tmp_path, [STEM], quick=False)[STEM].reason == kept.FAILED


def test_results_and_their_published_copy_say_the_same(full: Path, tmp_path: Path) -> None:
    publish(full, tmp_path)
    own, copy = (kept.read(out, [STEM], quick=False)[STEM] for out in (full, tmp_path))
    assert own.found is not None
    assert copy.found is not None
    assert own.medians.equals(copy.medians)
    assert not own.medians.empty
    assert own.found.claims.equals(copy.found.claims)
