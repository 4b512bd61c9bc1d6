"""`audit`: a model, its data and some rows in, verdicts out; all that counts is done elsewhere."""

from __future__ import annotations

from typing import Any

from limelab.auditing.measuring import measure
from limelab.auditing.results import Audit
from limelab.auditing.rules import Rules
from limelab.auditing.subject import JUDGE, Subject, read
from limelab.blackbox import one_thread
from limelab.lime import Lime
from limelab.types import BadInput, Explainer

FEWEST = 5  # repeats, below which a share of them says nothing


def audit(  # noqa: PLR0913 -- what is asked (three), of whom, and how well
    model: Any,
    background: Any,
    rows: Any,
    *,
    y: Any = None,
    explainer: Explainer | None = None,
    repeats: int = 20,
    seed: int = 0,
    rules: Rules | None = None,
    judge: Any = JUDGE,
) -> Audit:
    """Judge the explanations of a model of one's own.

    Every row is explained `repeats` times, and the model itself is asked what it does as each
    feature is redrawn inside the judge's region round the row. A verdict says whether the
    explanation is faithful to the model there, never whether the model is right.

    Parameters
    ----------
    model : estimator or callable
    background : DataFrame, 2-D array or Table
    rows : DataFrame or 2-D array with the background's columns
        The rows whose explanations are judged.
    y : array of shape (n,), optional
        Labels of the background, for a global importance by labels; it never moves a verdict.
    explainer : Explainer, default Lime()
        Any of the protocol. What needs a local model is "not known" of others, with the reason.
    repeats : int, default 20
        At least 5.
    seed : int, default 0
    rules : Rules, optional
        The thresholds.
    judge : Judge, default normal noise of half a background standard deviation round the row
        Its middle radius is the region in which the verdict speaks.

    Returns
    -------
    audit : Audit

    Raises
    ------
    BadInput
        Data, a model, an explainer, repeats, labels, rules or a judge that cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> data = np.random.default_rng(0).normal(size=(200, 3))
    >>> told = audit(lambda x: 3 * x[:, 0] - x[:, 1], data, data[:2], repeats=5)
    >>> told.sentence
    '2 trust, 0 caution, 0 reject'
    """
    rules = Rules() if rules is None else rules
    if not isinstance(rules, Rules):
        raise BadInput(f"rules={rules!r}; expected Rules(...), such as Rules(sure=0.99)")
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < FEWEST:
        raise BadInput(f"repeats={repeats!r}; expected a whole number of at least {FEWEST}")
    asked = Lime() if explainer is None else explainer
    with one_thread():
        subject = read(model, background, rows, asked, judge, seed)
        return audited(subject, repeats, rules, y)


def audited(subject: Subject, repeats: int, rules: Rules, y: Any = None) -> Audit:
    """The audit of what has been read, with a note where labels were of no use."""
    measured = measure(subject, repeats, rules.bar, y)
    return Audit(measured, rules, tuple(filter(None, [measured.unscored])))
