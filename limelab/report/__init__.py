"""Tables to one page of pictures and words: it computes nothing that is in no table."""

from limelab.report.page import write_report

__all__ = ["write_report"]
