"""What one reads in a typst file: its prose, without code, references, headings and formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEAD = re.compile(r"#[a-zA-Z][\w-]*(\.[a-zA-Z][\w-]*)*")
_APART = re.compile(r"//.*|^=+ .*|@[\w-]+|`[^`]*`", re.MULTILINE)
_TO_BRACKET = ("#if", "#for", "#while", "#show")


@dataclass
class Prose:
    """Text of a typst file and its formulas, one after the other as they are met."""

    source: str
    at: int = 0
    text: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)

    def markup(self, end: str = "") -> None:
        """Read prose up to a closing bracket, or to the end of the file."""
        while self.at < len(self.source) and self.source[self.at] != end:
            letter = self.source[self.at]
            if letter == "$":
                self._formula()
            elif letter == "#" and (head := _HEAD.match(self.source, self.at)):
                self._expression(head)
            elif apart := _APART.match(self.source, self.at):
                self.at = apart.end()
            else:
                self._letter(letter)
        self.at += 1

    def code(self, end: str = "") -> None:
        """Read code up to a closing bracket: only the content blocks in it are prose."""
        while self.at < len(self.source) and self.source[self.at] != end:
            letter = self.source[self.at]
            self.at += 1
            if letter == '"':
                self.at = re.compile(r'(\\.|[^"\\])*"').match(self.source, self.at).end()  # type: ignore[union-attr]
            elif letter in "([{":
                self._block(letter)
        self.at += 1

    def _letter(self, letter: str) -> None:
        """A letter of prose; one that is escaped is itself."""
        self.at += 1
        if letter == "\\":
            letter = self.source[self.at]
            self.at += 1
        self.text.append(letter)

    def _block(self, opening: str) -> None:
        if opening == "[":
            self.markup("]")
        else:
            self.code({"(": ")", "{": "}"}[opening])

    def _formula(self) -> None:
        end = self.source.index("$", self.at + 1)
        self.formulas.append(self.source[self.at + 1 : end])
        self.at = end + 1

    def _expression(self, head: re.Match[str]) -> None:
        self.at = head.end()
        if head[0] in ("#let", "#import", "#set"):
            self.at = self.source.find("\n", self.at) % (len(self.source) + 1)
            return
        if head[0] in _TO_BRACKET:
            self.at = min(i for c in "[({" if (i := self.source.find(c, self.at)) >= 0)
            if head[0] != "#show":
                self.at = self.source.index("[", self.at)
        self._arguments()

    def _arguments(self) -> None:
        """Parentheses and content blocks that follow an expression, and what is said else."""
        while self.at < len(self.source):
            if otherwise := re.compile(r" ?else ?").match(self.source, self.at):
                self.at = otherwise.end()
            if self.source[self.at : self.at + 1] not in ("(", "["):
                return
            opening = self.source[self.at]
            self.at += 1
            self._block(opening)


def prose(source: str) -> tuple[str, list[str]]:
    """Prose and formulas of a file that begins as markup."""
    found = Prose(source)
    found.markup()
    return "".join(found.text), found.formulas


def prose_in_code(source: str) -> str:
    """Prose in the content blocks of a file that holds code."""
    found = Prose(re.sub(r"^\s*//.*", "", source, flags=re.MULTILINE))
    found.code()
    return "".join(found.text)
