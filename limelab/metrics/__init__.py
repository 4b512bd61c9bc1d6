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
from limelab.metrics.predicted import near_tie_jaccard, predicted_cv, predicted_jaccard
from limelab.metrics.rank_biased import Rbo, rbo
from limelab.metrics.ranks import kendall, spearman, top_k_jaccard, weighted_kendall
from limelab.metrics.signs import SignStability, sign_overlap
from limelab.metrics.stability import (
    KendallStability,
    RankBiased,
    RankCorrelation,
    TopK,
    Variation,
    WeightedKendallStability,
    coefficient_of_variation,
)
from limelab.metrics.visani import Csi, Vsi, csi, vsi

__all__ = [
    "R2",
    "Agreement",
    "Csi",
    "Gap",
    "Heterogeneity",
    "KendallStability",
    "LabelAgreement",
    "LimeScore",
    "RankBiased",
    "RankCorrelation",
    "Rbo",
    "Rmse",
    "SignStability",
    "TopK",
    "Variation",
    "Vsi",
    "WeightedKendallStability",
    "coefficient_of_variation",
    "csi",
    "feature_agreement",
    "kendall",
    "near_tie_jaccard",
    "pairwise_rank_agreement",
    "predicted_cv",
    "predicted_jaccard",
    "rank_agreement",
    "rbo",
    "sign_agreement",
    "sign_overlap",
    "signed_rank_agreement",
    "spearman",
    "top_k_jaccard",
    "vsi",
    "weighted_kendall",
]
