"""Lines or trees: which surrogate is more faithful at equal complexity, and is it as stable.

A ridge of k features is set against a tree of at most k splits, k = 3, 7, 15, where three
perturbations look (noise, data-driven, manifold) at two scales, on 23 real data sets with three
models each. Two judges that no surrogate was fitted for measure fidelity: one samples noise, one
stays among neighbours. Realism of the points stands beside fidelity. Two forests are fitted again,
by other seeds and on resampled rows, and explained before resampled backgrounds: their variants
split what makes an explanation change by its cause.
"""

import limelab as ll
from limelab import metrics, models

DATA = (
    *("breast_cancer", "wine", "diabetes", "fair", "anes96", "modechoice", "star98", "iris"),
    *("grunfeld", "arrests", "abalone", "hearts", "penguins", "autompg", "loanapp", "gpa2"),
    *("pensions", "recid", "crime1", "beauty", "wage1", "housing", "mroz"),
)
MODELS = (models.forest(), models.boosting(), models.network())
SPLIT = ("diabetes", "fair")  # whose forests are fitted again

# Near and wide, in each perturbation's own terms: noise in standard deviations, neighbours in
# shares of the background; marginals are made local by a kernel, from the same queries.
REGIONS = {
    ("Gaussian", "near"): {"perturbation": ll.Gaussian(0.25)},
    ("Gaussian", "wide"): {"perturbation": ll.Gaussian(1.0)},
    ("Marginals", "near"): {"perturbation": ll.Marginals(), "kernel": ll.Exponential(0.5)},
    ("Marginals", "wide"): {"perturbation": ll.Marginals()},
    ("Neighbours", "near"): {"perturbation": ll.Neighbours(0.05)},
    ("Neighbours", "wide"): {"perturbation": ll.Neighbours(0.25)},
}


def conditions() -> ll.Conditions:
    """Every region with lines and trees of three sizes."""
    found = ll.Conditions({})
    for (law, scale), fields in REGIONS.items():
        lime = ll.Lime(n_samples=1024, draws="own", **fields)
        for k in (3, 7, 15):
            pair = {
                "Ridge": ll.Ridge(select=ll.Forward(k)),
                "Tree": ll.Tree(max_depth=None, max_splits=k),
            }
            found |= ll.vary(lime, surrogate=pair).tag(perturbation=law, scale=scale, complexity=k)
    return found


def tasks() -> list[ll.Task]:
    """Every data set with every model, and variants of two forests."""
    whole = [ll.Task(data, model, instances=5) for data in DATA for model in MODELS]
    split = [task for task in whole if task.data_name in SPLIT and task.model == MODELS[0]]
    again = [ll.refits(task, seeds=2, bootstraps=2, backgrounds=2)[1:] for task in split]
    return [*whole, *(variant for variants in again for variant in variants)]


STUDY = ll.Study(
    question="Lines or trees: which is more faithful at equal complexity, and is it as stable?",
    tasks=tasks(),
    conditions=conditions() | ll.baseline_conditions(ll.ExactLime(ll.Gaussian(0.25))),
    judge=[
        ll.Judge(ll.Gaussian(), radii=(0.25, 0.5, 1.0), size=500),
        ll.Judge(ll.Neighbours(), radii=(0.05, 0.1, 0.25), size=500),
    ],
    metrics=[
        metrics.Rmse(),
        metrics.R2(),
        metrics.Gap(),
        metrics.TopK(3),
        metrics.Variation(),
        metrics.RankCorrelation(),
        metrics.Agreement("prediction"),
        metrics.Agreement("label"),
        metrics.Heterogeneity(),
        metrics.LocalAgreement(),
        metrics.RealismAuc(),
        metrics.RealismOffData(),
    ],
    claims=[
        ll.Claim(
            "In a wide region, trees are more faithful than lines to models made of trees.",
            metric="rmse",
            better={"surrogate": "Tree"},
            worse={"surrogate": "Ridge"},
            where={"scale": "wide", "model": ["forest", "boosting"]},
            margin=0.01,
        ),
        ll.Claim(
            "In a near region, lines are more faithful than trees to a smooth model.",
            metric="rmse",
            better={"surrogate": "Ridge"},
            worse={"surrogate": "Tree"},
            where={"scale": "near", "model": "network"},
            margin=0.01,
        ),
        ll.Claim(
            "From seed to seed, lines keep their three leading features better than trees.",
            metric="top_3_jaccard",
            better={"surrogate": "Ridge"},
            worse={"surrogate": "Tree"},
            margin=0.02,
        ),
        ll.Claim(
            "Who samples by the judge's own law wins: noise beats neighbours under a noise judge.",
            metric="rmse",
            better={"perturbation": "Gaussian"},
            worse={"perturbation": "Neighbours"},
            where={"judge": "Gaussian"},
            margin=0.01,
        ),
        ll.Claim(
            "Lines agree with permutation importance at least as well as trees do.",
            metric="agreement_prediction",
            better={"surrogate": "Ridge"},
            worse={"surrogate": "Tree"},
            margin=0.02,
        ),
    ],
    repeats=5,
    budget=14,
    remedy="Judge both by points that neither has seen, at the radius meant; keep what errs less.",
)
