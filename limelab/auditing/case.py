"""One row and output of an audit, as rules and page read it; it says, and judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from limelab.auditing.fidelity import Fit
from limelab.auditing.holding import Held
from limelab.auditing.measuring import Measured
from limelab.auditing.others import Other
from limelab.auditing.stability import Steady
from limelab.importance import Effects
from limelab.report.names import number
from limelab.study.knowing import middle
from limelab.types import Array

NAN = float("nan")
_UNLIKELY = 0.1  # a chance of leading below which the rival is said to lead, probably
_ROUGH = 0.5  # R2 below which a confirmed explanation is told to have rough sizes


class One(NamedTuple):
    """`Held` of one row and output."""

    lead: int
    rival: int
    lead_chance: float
    lead_doubt: float
    turned: int
    sign_chance: float
    sign_doubt: float
    flat: bool


@dataclass(frozen=True, eq=False)
class Case:
    """One row and one output of what was measured.

    Attributes
    ----------
    measured : Measured
    i, c : int
        Positions of the row and of the output.
    """

    measured: Measured
    i: int
    c: int

    # --- what it is ---

    @property
    def instance(self) -> Any:
        """The row's label."""
        return self.measured.subject.labels[self.i]

    @property
    def output(self) -> str:
        """The output's name."""
        return self.measured.subject.box.outputs[self.c]

    @property
    def f(self) -> float:
        """The model at the row."""
        return float(self.measured.subject.f[self.i, self.c])

    @property
    def predicted(self) -> bool:
        """Whether it is the output that is highest at the row."""
        return bool(self.measured.subject.f[self.i].argmax() == self.c)

    @property
    def there(self) -> bool:
        """Whether any run explains the row."""
        return bool(self.measured.runs.there[self.i])

    @property
    def declined(self) -> str:
        """Why not."""
        return next((str(r) for r in self.measured.runs.declined[:, self.i] if r), "")

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names."""
        return self.measured.subject.table.names

    # --- what was measured ---

    @cached_property
    def held(self) -> One:
        """Whether it holds of the model in the region."""
        return self._one(self.measured.held)

    @cached_property
    def held_real(self) -> One | None:
        """Whether it holds at the real rows nearest to x; None where that is not known."""
        real = self.measured.held_real
        return None if isinstance(real, str) else self._one(real)

    @property
    def signs_unknown(self) -> str:
        """Why signs cannot be compared, or ""."""
        return self.measured.signs

    @property
    def size(self) -> float:
        """The largest importance of the model in the region."""
        return float(self.sizes(self.measured.model).max())

    @property
    def real_size(self) -> float:
        """The same on real rows; 0 where not known."""
        real = self.measured.real
        return 0.0 if isinstance(real, str) else float(self.sizes(real).max())

    def lead_share(self, cause: str) -> float:
        """Share of runs in which the leading feature still leads; NaN where not known."""
        steady = self.measured.causes[cause]
        return _share(steady.lead[self.i, self.c]) if isinstance(steady, Steady) else NAN

    def sign_share(self, cause: str) -> float:
        """Share of signs that runs keep; NaN where not known."""
        steady = self.measured.causes[cause]
        return _share(steady.signs[self.i, self.c]) if isinstance(steady, Steady) else NAN

    @property
    def r2(self) -> float:
        """Share of the model's variance in the region that the local model explains."""
        fits = self.measured.fits
        region = middle(self.measured.subject.judge)
        return NAN if isinstance(fits, str) else self.r2_of(fits[region])

    def r2_of(self, fit: Fit | str) -> float:
        """R2 of this row and output; NaN where not known."""
        return NAN if isinstance(fit, str) else float(fit.r2[self.i, self.c])

    def rmse_of(self, fit: Fit | str) -> float:
        """Error over the model's background deviation; NaN where not known."""
        return NAN if isinstance(fit, str) else float(fit.rmse[self.i, self.c])

    @property
    def rmse(self) -> float:
        """Error of the local model in the region, in background deviations of the model."""
        fits = self.measured.fits
        region = middle(self.measured.subject.judge)
        return NAN if isinstance(fits, str) else self.rmse_of(fits[region])

    @property
    def off_data(self) -> float:
        """Share of what the explainer looks at that lies off the data; NaN where not known."""
        found = self.measured.off_data
        return NAN if isinstance(found, str) else float(found[self.i])

    def of_other(self, other: Other) -> One:
        """Whether another explainer holds."""
        return self._one(other.held)

    def sizes(self, effects: Effects) -> Array:
        """Importances (k,) of the model, over all clouds."""
        return np.asarray(np.sqrt((effects.importance[:, self.i, :, self.c] ** 2).mean(axis=0)))

    def _one(self, held: Held) -> One:
        return One(*(array[self.i, self.c].item() for array in held))

    # --- in words ---

    def confirmed(self) -> str:
        """What a verdict of trust rests on."""
        share = self.lead_share("seed")
        fit = "" if np.isnan(self.r2) else f" The local model's R2 there is {number(self.r2)}"
        rough = ": read its sizes as rough." if self.r2 < _ROUGH else "."
        return (
            f"The model itself confirms it in this region: {self.names[self.held.lead]} moves it "
            f"most, and no sign of the first features is turned round. {share:.0%} of repeats name "
            f"it first.{fit}{rough if fit else ''}"
        )

    def lead_contradicted(self) -> str:
        """Another feature matters more."""
        sizes, held = self.sizes(self.measured.model), self.held
        best = int(sizes.argmax())
        return (
            f"It names {self.names[held.lead]} first, but in this region {self.names[best]} moves "
            f"the model more: {number(sizes[best])} against {number(sizes[held.lead])}."
        )

    def lead_open(self) -> str:
        """Two features cannot be told apart."""
        held = self.held
        lead, rival = self.names[held.lead], self.names[held.rival]
        if held.lead_chance < _UNLIKELY:
            return (
                f"It names {lead} first, but in this region {rival} probably moves the model more: "
                f"the chance that {lead} leads within ties is {held.lead_chance:.1%}, too much for "
                "a contradiction."
            )
        return (
            f"Whether {lead} or {rival} moves the model more in this region is within the error of "
            "the measurement."
        )

    def sign_contradicted(self) -> str:
        """A direction is the wrong way round."""
        j, said = self.held.turned, self._said(self.held.turned)
        return (
            f"It says that {self.names[j]} {said} the answer; in this region the model goes the "
            "other way on average."
        )

    def sign_open(self) -> str:
        """A direction cannot be told."""
        return (
            f"The direction of {self.names[self.held.turned]} could not be confirmed: on average "
            "over this region it moves the model hardly either way."
        )

    def other_leads(self) -> str:
        """Repeats disagree."""
        return (
            f"Only {self.lead_share('seed'):.0%} of repeats name {self.names[self.held.lead]} "
            "first, beyond ties."
        )

    def misses(self, least: float) -> str:
        """The fit is poor."""
        return (
            f"The local model explains little of what the model does in this region: R2 "
            f"{number(self.r2)}, wanted {least:g}. Order and direction may hold, sizes do not."
        )

    def real_contradicted(self) -> str:
        """The model behaves otherwise on real rows."""
        real = self.measured.real
        sizes = np.zeros(1) if isinstance(real, str) else self.sizes(real)
        return (
            f"On the real rows nearest to this one the model follows "
            f"{self.names[int(sizes.argmax())]}, not {self.names[self.held.lead]}: it may treat "
            "made-up rows otherwise than real ones."
        )

    def _said(self, j: int) -> str:
        """What the explanation says a feature does."""
        up = self.measured.runs.mean("effect")[self.i, j, self.c] > 0
        code = self.measured.runs.found[0].units[j] not in ("background sd", "attribution")
        verb = "raises" if up else "lowers"
        return f"being as it is {verb}" if code else f"{verb}, as it grows,"


def _share(share: Any) -> float:
    """A share without its rounding, so that four of five are no less than .8."""
    return round(float(share), 9)
