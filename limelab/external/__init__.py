"""Other packages' explainers behind the one protocol; each is imported at its first use only."""

from limelab.external.captum_package import CaptumKernelShap, CaptumLime
from limelab.external.importances import Impurity, LabelPermutation
from limelab.external.lime_image_package import LimeImage
from limelab.external.lime_package import LimePackage
from limelab.external.lime_text_package import LimeText
from limelab.external.shap_package import KernelShap, PermutationShap, TreeShap

__all__ = [
    "CaptumKernelShap",
    "CaptumLime",
    "Impurity",
    "KernelShap",
    "LabelPermutation",
    "LimeImage",
    "LimePackage",
    "LimeText",
    "PermutationShap",
    "TreeShap",
]
