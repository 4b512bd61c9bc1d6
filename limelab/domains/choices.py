"""How texts and pictures are read, as values that a study can hold before it has data; no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from limelab.domains.changes import Change
from limelab.domains.fills import Fill
from limelab.domains.image import Image
from limelab.domains.replacing import Remove, Replacing
from limelab.domains.segmenters import Segmenter
from limelab.domains.text import Text
from limelab.domains.tokens import Pattern, Tokenizer, Units, Words
from limelab.types import BadInput

_ANY = ("one text", "another text")  # a corpus to try the choices on
_FEW = 3  # changes that a name can spell out


@dataclass(frozen=True)
class AsText:
    r"""What `Text` is told but for the corpus, which is the data's.

    Parameters
    ----------
    units : Words, Positions or Sentences, default Words()
    fill : Remove, Mask or FromCorpus, default Remove()
    tokenizer : function of a str to its tokens in order, default Pattern()
        Workers import it: defined at the top of a module, or a frozen value.

    Examples
    --------
    >>> AsText()
    AsText(units=Words(case='as written'), fill=Remove(), tokenizer=Pattern(expression='\\w+'))
    """

    units: Units = field(default_factory=Words)
    fill: Replacing = field(default_factory=Remove)
    tokenizer: Tokenizer = field(default_factory=Pattern)

    def __post_init__(self) -> None:
        self.over(_ANY)
        if not getattr(self.tokenizer, "__qualname__", "value").isidentifier():
            raise BadInput(
                f"AsText(tokenizer={self.tokenizer!r}); expected a function defined at the top of "
                "a module, or a frozen value such as Pattern()"
            )

    def __repr__(self) -> str:
        return f"AsText(units={self.units!r}, fill={self.fill!r}, tokenizer={self._named})"

    @property
    def name(self) -> str:
        """What differs from the usual, "" where nothing does.

        Examples
        --------
        >>> from limelab.domains import Mask
        >>> AsText(fill=Mask("?")).name
        "fill=Mask(token='?')"
        """
        said = {"units": self.units, "fill": self.fill, "tokenizer": self.tokenizer}
        return ", ".join(
            f"{key}={self._named if key == 'tokenizer' else repr(value)}"
            for key, value in said.items()
            if value != getattr(_USUAL, key)
        )

    @property
    def _named(self) -> str:
        one: Any = self.tokenizer
        function = hasattr(one, "__qualname__")
        return f"{one.__module__}.{one.__qualname__}" if function else repr(one)

    def over(self, corpus: Sequence[str]) -> Text:
        """The domain of a corpus."""
        return Text(corpus, tokenizer=self.tokenizer, units=self.units, fill=self.fill)


_USUAL = AsText()


@dataclass(frozen=True)
class AsImage:
    """What `Image` is told.

    Parameters
    ----------
    segmenter : Grid, Slic, Quickshift or Felzenszwalb, optional
        Slic() unless said.
    fill : Mean, Colour, Blur or Noise, optional
        Mean() unless said.
    changes : sequence of Sepia, Brightness, GaussianBlur, Cast, optional
        In place of superpixels.
    limits : pair of float, optional
        What is black and what is white.

    Examples
    --------
    >>> from limelab.domains import Grid, Sepia
    >>> AsImage(Grid(2, 2)).over()
    Image(Grid(rows=2, columns=2), Mean())
    >>> AsImage(changes=[Sepia()]).changes
    (Sepia(),)
    """

    segmenter: Segmenter | None = None
    fill: Fill | None = None
    changes: tuple[Change, ...] | None = None
    limits: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.changes is not None:
            object.__setattr__(self, "changes", tuple(self.changes))
        self.over()
        if self.limits is not None:
            low, high = self.limits
            object.__setattr__(self, "limits", (float(low), float(high)))

    @property
    def name(self) -> str:
        """What differs from the usual, "" where nothing does; of many changes, how many.

        Examples
        --------
        >>> from limelab.domains import Brightness, Cast, GaussianBlur, Sepia
        >>> AsImage(changes=[Brightness(), Cast(), GaussianBlur(), Sepia()]).name
        '4 changes, brightness to sepia'
        """
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        changes = self.changes or ()
        many = changes if len(changes) > _FEW else ()
        if many:
            told["changes"] = ()
        said = [f"{key}={value!r}" for key, value in told.items() if value]
        summed = [f"{len(many)} changes, {many[0].name} to {many[-1].name}"] if many else []
        return ", ".join([*summed, *said])

    def over(self, corpus: Any = None) -> Image:
        """The domain; pictures need no corpus."""
        return Image(self.segmenter, self.fill, changes=self.changes, limits=self.limits)
