"""Differences, intervals, tests, corrections, verdicts and plans: arrays in, results out.

The room may not touch a model, a file, a condition's parts, or a generator that it was not handed.

Two scopes are kept apart everywhere. *On these tasks*: tasks are fixed, instances and repeats are
crossed random factors. *In general*: the data set is the unit, and fewer than six say nothing.
"""

from limelab.statistics.bayes import (
    Posterior,
    bayesian_signed_rank,
)
from limelab.statistics.bootstrap import (
    N_RESAMPLES,
    Crossed,
    crossed,
    on_these,
)
from limelab.statistics.cells import (
    Grids,
    differences,
)
from limelab.statistics.clustered import (
    Jackknifed,
    Share,
    clustered_share,
    intraclass,
    jackknifed,
)
from limelab.statistics.comparison import (
    COMPARE_COLUMNS,
    compare,
)
from limelab.statistics.components import (
    variance_components,
)
from limelab.statistics.data_sets import (
    Clusters,
    clusters,
    in_general,
)
from limelab.statistics.effects import (
    Effect,
    rank_biserial,
    standardized,
    superiority,
    vargha_delaney,
)
from limelab.statistics.estimates import (
    FEWEST_CLUSTERS,
    IN_GENERAL,
    ON_THESE,
    TOO_FEW,
    Estimate,
    Intervals,
)
from limelab.statistics.mixed import (
    mixed_model,
)
from limelab.statistics.multiplicity import (
    family_levels,
    holm,
    holm_levels,
    simultaneous,
)
from limelab.statistics.outcomes import (
    Outcome,
)
from limelab.statistics.paired import (
    sign_flip,
    t_test,
    wilcoxon,
)
from limelab.statistics.parts import (
    divisible,
    mean_of_means,
    thirds,
    without_each,
)
from limelab.statistics.planning import (
    Size,
    Variances,
    half_width,
    pilot,
    plan_for_power,
    plan_for_width,
    power,
)
from limelab.statistics.profiles import (
    profile_components,
)
from limelab.statistics.ranking import (
    Ranking,
    critical_difference,
    nemenyi_groups,
    wilcoxon_groups,
)
from limelab.statistics.reachable import (
    fewest_data_sets,
    reach,
    smallest_p,
)
from limelab.statistics.several import (
    friedman,
    pairwise_wilcoxon,
)
from limelab.statistics.tost import (
    Equivalence,
    equivalence,
)
from limelab.statistics.verdicts import (
    verdict,
)

__all__ = [
    "COMPARE_COLUMNS",
    "FEWEST_CLUSTERS",
    "IN_GENERAL",
    "N_RESAMPLES",
    "ON_THESE",
    "TOO_FEW",
    "Clusters",
    "Crossed",
    "Effect",
    "Equivalence",
    "Estimate",
    "Grids",
    "Intervals",
    "Jackknifed",
    "Outcome",
    "Posterior",
    "Ranking",
    "Share",
    "Size",
    "Variances",
    "bayesian_signed_rank",
    "clustered_share",
    "clusters",
    "compare",
    "critical_difference",
    "crossed",
    "differences",
    "divisible",
    "equivalence",
    "family_levels",
    "fewest_data_sets",
    "friedman",
    "half_width",
    "holm",
    "holm_levels",
    "in_general",
    "intraclass",
    "jackknifed",
    "mean_of_means",
    "mixed_model",
    "nemenyi_groups",
    "on_these",
    "pairwise_wilcoxon",
    "pilot",
    "plan_for_power",
    "plan_for_width",
    "power",
    "profile_components",
    "rank_biserial",
    "reach",
    "sign_flip",
    "simultaneous",
    "smallest_p",
    "standardized",
    "superiority",
    "t_test",
    "thirds",
    "vargha_delaney",
    "variance_components",
    "verdict",
    "wilcoxon",
    "wilcoxon_groups",
    "without_each",
]
