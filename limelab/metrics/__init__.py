"""How to judge: metrics over evidence, and their formulas on plain arrays under usual names."""

from limelab.metrics.agreement import Agreement, Heterogeneity
from limelab.metrics.fidelity import R2, Gap, LabelAgreement, LimeScore, Rmse
from limelab.metrics.overlap import (
    feature_agreement,
    pairwise_rank_agreement,
    rank_agreement,
    sign_agreement,
    signed_rank_agreement,
)
from limelab.metrics.ranks import kendall, spearman, top_k_jaccard
from limelab.metrics.stability import (
    RankCorrelation,
    TopK,
    Variation,
    coefficient_of_variation,
    vsi,
)

__all__ = [
    "R2",
    "Agreement",
    "Gap",
    "Heterogeneity",
    "LabelAgreement",
    "LimeScore",
    "RankCorrelation",
    "Rmse",
    "TopK",
    "Variation",
    "coefficient_of_variation",
    "feature_agreement",
    "kendall",
    "pairwise_rank_agreement",
    "rank_agreement",
    "sign_agreement",
    "signed_rank_agreement",
    "spearman",
    "top_k_jaccard",
    "vsi",
]
