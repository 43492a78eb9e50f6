"""Entries as one wants them: whole, and with their values at hand."""
from __future__ import annotations

from dataclasses import dataclass, field

from . import v1


def values(entry: v1.SearchEntry, attribute: str) -> list[bytes]:
    """The attribute's values, [] if the entry has none of it. Names are compared without regard to case."""
    wanted = attribute.lower()
    for each in entry.attributes:
        if each.type.lower() == wanted:
            return each.values[:] or [value.encode() for value in each.text_values]
    return []


def text(entry: v1.SearchEntry, attribute: str) -> list[str]:
    return [value.decode() for value in values(entry, attribute)]


def attributes(entry: v1.SearchEntry) -> dict[str, list[bytes]]:
    """Type -> values of all of them, the types as the directory spells them. The cheapest way to read many."""
    # protobuf makes a slice in C; an iteration comes back to Python for each element, and ends with an exception.
    return {
        each.type: each.values[:] or [value.encode() for value in each.text_values] for each in entry.attributes[:]
    }


@dataclass
class SearchResult:
    """A search that was read to its end."""

    entries: list[v1.SearchEntry] = field(default_factory=list)
    references: list[v1.SearchReference] = field(default_factory=list)
    done: v1.SearchDone | None = None


class Pieces:
    """Joins the pieces of a large entry: what follows one that is `continued` are more values of it."""

    def __init__(self) -> None:
        self._begun: v1.SearchEntry | None = None

    def whole(self, entry: v1.SearchEntry) -> v1.SearchEntry | None:
        """The entry that this piece completes, None if more pieces follow."""
        if self._begun is None:
            if not entry.continued:
                return entry
            self._begun = v1.SearchEntry(dn=entry.dn)
        begun = self._begun
        for attribute in entry.attributes:
            if begun.attributes and begun.attributes[-1].type == attribute.type:
                begun.attributes[-1].MergeFrom(v1.Attribute(values=attribute.values, text_values=attribute.text_values))
            else:
                begun.attributes.append(attribute)
        begun.controls.extend(entry.controls)
        if entry.continued:
            return None
        self._begun = None
        return begun
