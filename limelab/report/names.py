"""How names and numbers are written for a reader; it may not touch files or draw."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

ABSENT = "\N{EM DASH}"
ALL = "all conditions"

_TITLES = {
    "rmse": "Error of the surrogate (RMSE)",
    "r2": "Variance explained (R\N{SUPERSCRIPT TWO})",
    "gap": "Distance from the model at the instance itself",
    "lime_r2": "lime's own score",
    "label_agreement": "Same first class as the model",
    "rank_correlation": "Same order of features in every repeat",
    "cv": "Variation of importances over repeats",
    "agreement_prediction": "Agreement with permutation importance of the prediction",
    "agreement_label": "Agreement with permutation importance of the label",
    "local_agreement": "Agreement with local permutation importance",
    "realism_auc": "Points told from data by a classifier",
    "realism_off_data": "Kernel mass off the data",
    "heterogeneity": "One instance's agreement with the global importance",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def plain(value: Any) -> str:
    r"""One line of text without control characters, which SVG and HTML may not hold.

    Examples
    --------
    >>> plain("two\nlines")
    'two lines'
    """
    return _CONTROL.sub(" ", str(value))


def escape(value: Any) -> str:
    """Text that is only text wherever it stands in a page.

    Examples
    --------
    >>> escape("<script>")
    '&lt;script&gt;'
    """
    return html.escape(plain(value), quote=True)


def number(value: Any) -> str:
    """Three significant digits, whole numbers as they are; a dash for what is absent.

    Examples
    --------
    >>> number(0.04553742), number(1200), number(float("nan")), number(12345.6)
    ('0.0455', '1,200', '—', '12,346')
    """
    if isinstance(value, str):
        return plain(value) if value else ABSENT
    if value is None or not math.isfinite(value):
        return ABSENT
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.0f}" if 999.5 <= abs(value) < 1e9 else f"{value:#.3g}".rstrip(".")


def setting(value: Any) -> str:
    """A number that somebody chose, as it was chosen.

    Examples
    --------
    >>> setting(0.25), setting(1.0), setting(float("nan"))
    ('0.25', '1', '—')
    """
    return f"{value:g}" if math.isfinite(value) else ABSENT


def metric_title(name: str) -> str:
    """What a metric is called where a stranger reads.

    Examples
    --------
    >>> metric_title("top_3_jaccard"), metric_title("mine")
    ('Same top 3 features in every repeat', 'mine')
    """
    top = re.fullmatch(r"top_(\d+)_jaccard", name)
    return f"Same top {top[1]} features in every repeat" if top else _TITLES.get(name, plain(name))


def head(label: str) -> str:
    """`Ridge` of `Ridge(alpha=1.0)`."""
    return label.partition("(")[0]


def short_labels(labels: Iterable[str]) -> dict[str, str]:
    """Each label without the arguments that all labels of its head share.

    Examples
    --------
    >>> list(short_labels(["Ridge(alpha=1.0, k=3)", "Ridge(alpha=2.0, k=3)", "Tree(k=3)"]).values())
    ['Ridge(alpha=1.0)', 'Ridge(alpha=2.0)', 'Tree']
    """
    by_head: dict[str, list[str]] = {}
    for label in dict.fromkeys(labels):
        by_head.setdefault(head(label), []).append(label)
    return {label: short for group in by_head.values() for label, short in _told_apart(group)}


def _told_apart(group: list[str]) -> list[tuple[str, str]]:
    first = head(group[0])
    if len(group) == 1:
        return [(group[0], first or group[0])]
    split = [_arguments(label) for label in group]
    shared = set(split[0]).intersection(*split[1:])
    kept = [", ".join(part for part in parts if part not in shared) for parts in split]
    short = [f"{first}({text})" if text else first for text in kept]
    return list(zip(group, short if len(set(short)) == len(group) else group, strict=True))


def _arguments(label: str) -> list[str]:
    """Top-level arguments of `Name(...)`."""
    inner = label.partition("(")[2].removesuffix(")")
    parts, depth = [""], 0
    for letter in inner:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def condition_labels(factors: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Short names of conditions, from the factors that differ among them.

    Examples
    --------
    >>> made = condition_labels({"a": {"s": "Tree(3)", "k": "3"}, "b": {"s": "Ridge(1)", "k": "3"}})
    >>> made
    {'a': 'Tree', 'b': 'Ridge'}
    """
    columns = list(dict.fromkeys(key for row in factors.values() for key in row))
    short: dict[str, dict[str, str]] = {}
    for key in columns:
        levels = [row.get(key, "") for row in factors.values()]
        if len(set(levels)) > 1:
            short[key] = {full: with_key(key, text) for full, text in short_labels(levels).items()}
    made = {
        name: " \N{MIDDLE DOT} ".join(filter(None, (short[key][row.get(key, "")] for key in short)))
        for name, row in factors.items()
    }
    if all(made.values()) and len(set(made.values())) == len(made):
        return {name: plain(label) for name, label in made.items()}
    return {name: plain(label) for name, label in short_labels(made).items()}


def with_key(key: str, text: str) -> str:
    """`complexity=3`: a bare number says nothing without its factor.

    Examples
    --------
    >>> with_key("complexity", "3"), with_key("surrogate", "Tree")
    ('complexity=3', 'Tree')
    """
    return f"{key}={text}" if re.fullmatch(r"[-+.\deE]+|True|False|None", text) else text
