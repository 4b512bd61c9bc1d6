"""Claims are declared before their data or post hoc, for good; manifests keep their entries."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from limelab.study.store import Store


def test_a_claim_is_declared_before_the_first_data_and_post_hoc_after(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.register_claims("s", ["a", "b"]) == {"a": "declared", "b": "declared"}
        store.mark_data("s")
        store.mark_data("s")
        assert store.register_claims("s", ["b", "c"]) == {"b": "declared", "c": "post hoc"}
        assert store.register_claims("other", ["c"]) == {"c": "declared"}
    with Store.open(tmp_path) as store:
        assert store.register_claims("s", ["c", "a"]) == {"c": "post hoc", "a": "declared"}
        assert store.register_claims("s", []) == {}
    with Store.read(tmp_path) as store:
        assert store.claims("s") == {"a": "declared", "b": "declared", "c": "post hoc"}


def test_a_manifest_keeps_what_is_not_set_anew(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.write_manifest("s", {"seed": 0, "versions": {"numpy": "2.4"}, "queries": {}})
        store.write_manifest("s", {"queries": {"judge": np.int64(7)}})
        assert store.manifest("s") == {
            "queries": {"judge": 7},
            "seed": 0,
            "versions": {"numpy": "2.4"},
        }
        assert store.manifest("other") == {}
