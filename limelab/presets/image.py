"""The lime package for pictures, joined from our parts; it computes nothing."""

from __future__ import annotations

from limelab.distances import Cosine
from limelab.kernels import Exponential
from limelab.lime import Lime
from limelab.perturbations import Dropout
from limelab.presets.choices import Selection, drawn, selector, surrogate
from limelab.representations import Presence


def lime_image(
    num_features: int = 100_000,
    *,
    num_samples: int = 1000,
    kernel_width: float = 0.25,
    feature_selection: Selection = "auto",
    standard_errors: bool = False,
) -> Lime:
    """What ``LimeImageExplainer().explain_instance(image, predict_proba)`` does, lime 0.2.0.1.

    Each superpixel is kept or filled by a fair coin. From lime's own samples come lime's own
    coefficients, selection and score, for every output. How the picture is cut and filled is the
    domain's: ``Image(Quickshift(), Mean())`` as lime does, but for what follows.

    What lime does and this does not: a cut that depends on the picture's range (11 superpixels of
    a picture as uint8, 234 of the same one as floats from 0 to 255), mean colours of whole numbers
    cut off instead of rounded, grey pictures handed to the model in colour.

    Parameters
    ----------
    num_features : int, default 100000
        How many superpixels at most.
    num_samples : int, default 1000
        The picture is the first of them.
    kernel_width : float, default 0.25
        Of the cosine distance.
    feature_selection : {"auto", "forward_selection", "highest_weights", "lasso_path", "none"}
        "auto" selects forward up to 6 features, else takes the highest weights.
    standard_errors : bool, default False
        HC3 standard errors and R squared out of sample, which lime does not have; they cost time.

    Returns
    -------
    lime : Lime

    Examples
    --------
    >>> lime_image().perturbation, lime_image().n_samples
    (Dropout(p=0.5, design=Iid()), 999)
    """
    select = selector(num_features, feature_selection, products=False)
    return Lime(
        perturbation=Dropout(0.5),
        representation=Presence(),
        kernel=Exponential(kernel_width, Cosine()),
        surrogate=surrogate(select, standard_errors=standard_errors),
        n_samples=drawn(num_samples),
    )
