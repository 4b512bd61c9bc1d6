"""The lime package for texts, joined from our parts; it computes nothing."""

from __future__ import annotations

from limelab.distances import Cosine
from limelab.kernels import Exponential
from limelab.lime import Lime
from limelab.perturbations import UniformCount
from limelab.presets.choices import Selection, drawn, selector, surrogate
from limelab.representations import Presence

_PERCENT = 100.0  # lime multiplies the cosine distance by it


def lime_text(
    num_features: int = 10,
    *,
    num_samples: int = 5000,
    kernel_width: float = 25.0,
    feature_selection: Selection = "auto",
    standard_errors: bool = False,
) -> Lime:
    """What ``LimeTextExplainer().explain_instance(text, predict_proba)`` does, lime 0.2.0.1.

    A number of words, even from one to all, is removed everywhere it stands. From lime's own
    samples come lime's own coefficients, selection and score, for every output. Words are cut by
    the domain: ``Text()`` as lime does by default, ``Text(units=Positions(), fill=Mask())`` as it
    does with ``bow=False``. What lime does and this does not: draws that depend on how many
    explanations were made before, and all texts in one call of the model.

    Known defects, which are lime's: half of the samples have lost more than half of the words, and
    weigh next to nothing; the coefficients of a length-normalised linear model are its own times
    about 1.3 (Mardaoui and Garreau 2021, "An analysis of LIME for text data").

    Parameters
    ----------
    num_features : int, default 10
        How many words at most.
    num_samples : int, default 5000
        The document is the first of them.
    kernel_width : float, default 25
        lime's own, in hundredths of the cosine distance.
    feature_selection : {"auto", "forward_selection", "highest_weights", "lasso_path", "none"}
        "auto" selects forward up to 6 features, else takes the highest weights.
    standard_errors : bool, default False
        HC3 standard errors and R squared out of sample, which lime does not have; they cost time.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> lime_text(5).kernel, lime_text(5).surrogate
    (Exponential(width=0.25, distance=Cosine()), LimeRidge(alpha=1.0, select=Forward(k=5)))
    """
    select = selector(num_features, feature_selection, products=False)
    return Lime(
        perturbation=UniformCount(),
        representation=Presence(),
        kernel=Exponential(kernel_width / _PERCENT, Cosine()),
        surrogate=surrogate(select, standard_errors=standard_errors),
        n_samples=drawn(num_samples),
    )
