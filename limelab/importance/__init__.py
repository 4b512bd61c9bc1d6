"""Importances of a model to compare explanations with; each calls the model or reads it."""

from limelab.importance.conditional import conditional_importance
from limelab.importance.dependence import dependence
from limelab.importance.impurity import impurity_importance
from limelab.importance.local import Effects, Region, local_effects, local_importance
from limelab.importance.permutation import label_importance, prediction_importance
from limelab.importance.refit import drop_column_importance

__all__ = [
    "Effects",
    "Region",
    "conditional_importance",
    "dependence",
    "drop_column_importance",
    "impurity_importance",
    "label_importance",
    "local_effects",
    "local_importance",
    "prediction_importance",
]
