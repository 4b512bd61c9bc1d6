"""The paper, from what studies have left: numbers, figures and the build; it asks no model."""

from limelab.paper.build import write_paper

__all__ = ["write_paper"]
