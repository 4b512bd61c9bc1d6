"""The kits for parts: broken ones are caught by name, every part of limelab passes."""

from __future__ import annotations

from typing import Any

import pytest

from limelab.checks import check_kernel, check_perturbation, check_surrogate
from limelab.checks.results import CheckFailed
from limelab.kernels import Flat
from limelab.perturbations import Gaussian
from limelab.types import BadInput
from tests import parts
from tests.checks import mutants

BROKEN = [
    *((check_perturbation, *pair) for pair in mutants.PERTURBATIONS),
    *((check_kernel, *pair) for pair in mutants.KERNELS),
    *((check_surrogate, *pair) for pair in mutants.SURROGATES),
]
SOUND = [
    *((check_perturbation, law()) for law in parts.PERTURBATIONS),
    *((check_kernel, kernel) for kernel in (*parts.KERNELS, *parts.BALLS)),
    *((check_surrogate, one) for one in (*parts.SURROGATES, *parts.BY_WEIGHT, parts.QUADRATIC)),
    (check_surrogate, parts.BY_OUTPUT[0]),
]


@pytest.mark.parametrize(
    ("check", "part", "name"),
    BROKEN,
    ids=[f"{type(part).__name__}-{name}" for _, part, name in BROKEN],
)
def test_the_check_that_names_the_fault_catches_it(check: Any, part: Any, name: str) -> None:
    report = check(part, n_examples=15, on_fail=None)
    assert report[name].status == "failed", str(report)


@pytest.mark.parametrize(("check", "part"), SOUND, ids=[repr(part) for _, part in SOUND])
def test_parts_of_limelab_pass(check: Any, part: Any) -> None:
    report = check(part, n_examples=5, on_fail=None)
    assert report.ok, str(report)


def test_what_is_no_part_is_refused() -> None:
    with pytest.raises(BadInput, match="is no Perturbation"):
        check_perturbation(Flat())  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="is no Kernel"):
        check_kernel(Gaussian())  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="is no Surrogate"):
        check_surrogate(Gaussian)  # type: ignore[arg-type]


def test_a_failure_is_raised_with_its_case() -> None:
    with pytest.raises(CheckFailed, match="check_weights") as caught:
        check_kernel(mutants.KERNELS[0][0], n_examples=3)
    assert "Neighbourhood(" in caught.value.example
