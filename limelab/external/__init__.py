"""Other packages' explainers behind the one protocol; each is imported at its first use only."""

from limelab.external.importances import Impurity
from limelab.external.lime_package import LimePackage
from limelab.external.shap_package import KernelShap, PermutationShap, TreeShap

__all__ = [
    "Impurity",
    "KernelShap",
    "LimePackage",
    "PermutationShap",
    "TreeShap",
]
