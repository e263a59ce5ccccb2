"""Text with the way back to the elements of a file in which it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .archive import Element

__all__ = ["Traced", "joined"]


# Not frozen: there is one for each cell and paragraph, and a frozen one takes twice the time to make.
@dataclass(slots=True)
class Traced:
    """Text, and its `atoms`: from `offset` on, `length` characters of the text are those of an element.

    An atom of which white space was stripped begins before 0, or ends behind the text. What belongs to no atom (an
    automatic number) is written nowhere in the file. The one atom of an empty cell is the cell.
    """

    text: str = ""
    atoms: tuple[tuple[int, int, Element], ...] = ()

    def stripped(self) -> Traced:
        """Without white space at both ends."""
        text = self.text.strip()
        if len(text) == len(self.text):
            return self
        lead = len(self.text) - len(self.text.lstrip())
        return Traced(text, self._moved(-lead) if lead else self.atoms)

    def _moved(self, by: int) -> tuple[tuple[int, int, Element], ...]:
        return tuple([(offset + by, length, element) for offset, length, element in self.atoms])


def joined(parts: Iterable[Traced], separator: str = "") -> Traced:
    """Several texts as one."""
    held = [*parts]
    if len(held) == 1:
        return held[0]
    atoms: list[tuple[int, int, Element]] = []
    size = 0
    for part in held:
        atoms += part._moved(size)
        size += len(part.text) + len(separator)
    return Traced(separator.join([part.text for part in held]), tuple(atoms))
