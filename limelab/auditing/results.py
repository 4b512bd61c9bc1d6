"""What an audit found: verdicts, a tidy frame and a page; it measures nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from limelab.auditing.case import Case
from limelab.auditing.frames import features, fidelity, others, stability, verdict_row
from limelab.auditing.measuring import Measured
from limelab.auditing.page import Told, body, page
from limelab.auditing.rules import Rules, Verdict, verdicts
from limelab.types import BadInput


@dataclass(frozen=True, eq=False)
class Audit:
    """Verdicts on the explanations of a model, and all that they rest on.

    Attributes
    ----------
    measured : Measured
    rules : Rules
    notes : tuple of str
        What happened to the data, such as rows that were dropped or labels that were of no use.
    """

    measured: Measured
    rules: Rules
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Audit({len(self.measured.subject.x)} rows: {self.sentence})"

    @cached_property
    def found(self) -> list[Verdict]:
        """A verdict for each row and output."""
        return verdicts(self.measured, self.rules)

    @property
    def predicted(self) -> list[Verdict]:
        """Those of the output that is highest at each row: what the page shows."""
        return [one for one in self.found if one.case.predicted]

    @property
    def sentence(self) -> str:
        """How many rows have which verdict, for the output that is highest at each."""
        return _counted(self.predicted)

    @property
    def others(self) -> str:
        """How many verdicts of which kind the other outputs have."""
        return _counted(one for one in self.found if not one.case.predicted)

    @property
    def verdicts(self) -> pd.DataFrame:
        """One row for each explained row and output.

        Returns
        -------
        verdicts : DataFrame
            instance, output, predicted (the output is the highest at the row), f, verdict,
            confidence, lead (of the explanation), model_lead (in the region), real_lead (on real
            rows), same_lead and same_signs (shares over repeats), lead_chance, sign_chance, r2 and
            rmse (in the region), off_data, like_local, like_whole, n_effective, reasons, remedy.
            NaN where something is not known; `unknown` says why.
        """
        return pd.DataFrame([verdict_row(one) for one in self.found])

    @property
    def unknown(self) -> dict[str, str]:
        """What is not known of these explanations, and why."""
        found = self.measured
        named = {
            "fidelity": found.fits,
            "real rows": found.real,
            "realism": found.off_data,
            **found.causes,
            **found.others,
        }
        return {name: value for name, value in named.items() if isinstance(value, str)}

    def to_frame(self) -> pd.DataFrame:
        """One row for each explained row, output and feature.

        Returns
        -------
        frame : DataFrame
            instance, output, feature, value; importance and effect with the ends of where 95 % of
            runs fall; model_importance and model_effect in the region with their standard errors;
            real_importance; global_importance, and label_importance where labels were given.
        """
        return features(self.measured)

    def by_cause(self) -> pd.DataFrame:
        """Stability of each row and output by cause: same_top, same_signs, same_lead, note."""
        return self._each(stability)

    def by_radius(self) -> pd.DataFrame:
        """Errors of the local models over the judge's radii and on real rows: r2, rmse."""
        return self._each(fidelity)

    def by_explainer(self) -> pd.DataFrame:
        """What other explainers say: lead, r2, same_top, lead_chance, record."""
        return self._each(others)

    def _each(self, table: Callable[[Case], pd.DataFrame]) -> pd.DataFrame:
        parts = []
        for one in self.found:
            found = table(one.case)
            found.insert(0, "output", one.case.output)
            found.insert(0, "instance", one.case.instance)
            parts.append(found)
        return pd.concat(parts, ignore_index=True)

    def save(self, path: str | Path) -> Path:
        """Write the page: one self-contained HTML file.

        Raises
        ------
        BadInput
            The file cannot be written.
        """
        try:
            Path(path).write_text(page(self._told, self.measured, self.rules), encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{path} cannot be written ({error}); name another file") from error
        return Path(path)

    @property
    def _told(self) -> Told:
        return Told(self.predicted, self.sentence, self.unknown, self.notes)

    def _repr_html_(self) -> str:
        return body(self._told, self.measured, self.rules)


def _counted(found: Iterable[Verdict]) -> str:
    """How many of which word."""
    counts = Counter(one.word for one in found)
    return ", ".join(f"{counts[word]} {word}" for word in ("trust", "caution", "reject"))
