"""The pytest plugin: a number of examples for a run, and code to paste under a failed check.

It is loaded by every pytest run where limelab is installed, so it imports nothing of the lab.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--limelab-examples N``: cases of every generated check, in place of what the tests say."""
    group = parser.getgroup("limelab")
    group.addoption(
        "--limelab-examples",
        type=int,
        metavar="N",
        help="cases of each of limelab's generated checks; 100 and more look thoroughly",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give every check of this run the number of examples that was asked for."""
    examples = config.getoption("--limelab-examples")
    if examples is None:
        return
    if examples < 1:
        raise pytest.UsageError(f"--limelab-examples {examples}; expected at least 1")
    for item in items:
        for value in getattr(getattr(item, "callspec", None), "params", {}).values():
            if hasattr(value, "limelab_examples"):
                value.limelab_examples = examples


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Put the code that shows a failure again into a section of its own."""
    outcome = yield
    example = getattr(getattr(call.excinfo, "value", None), "example", "")
    if call.when == "call" and isinstance(example, str) and example:
        report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy sends its result
        report.sections.append(("limelab: to see it again", example))
