"""To whom it is really done: never a sum of money, nor the noun before "which" where a whole clause is meant; some members are no club."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker.nlp.relatives import means_clause

if TYPE_CHECKING:
    from worker.nlp.actors import Actor, Actors
    from worker.nlp.columns import Columns

#: "some of", "most of the party's lawmakers".
_PARTS = frozenset({"some", "several", "many", "most", "few", "half", "all", "both", "none", "dozens", "scores", "hundreds", "thousands"})


def is_money(columns: Columns, noun: int) -> bool:
    """Tell a sum: "300,000 euros", "millions of dollars"."""
    ents = columns.ents
    return ents[noun] == "MONEY" or "MONEY" in [ents[child] for child in columns.children[noun] if columns.deps[child] == "nummod"]


def undergoer(columns: Columns, token: int, noun: int | None) -> int | None:
    """Give whom a verb is done to, given its object: of "was fined 300,000 euros" its subject; none where only money is left."""
    if noun is not None and means_clause(columns, noun, token):
        return None
    if noun is None or not is_money(columns, noun):
        return noun
    others = [child for child in columns.children[token] if columns.deps[child] in ("nsubjpass", "dative", "dobj") and child != noun
              and not is_money(columns, child) and columns.pos[child] != "ADP"]
    return others[0] if others else None


def some_members(columns: Columns, actors: Actors, noun: int) -> list[Actor]:
    """Give "two of Acme's five directors" as a party of its own: what some do the whole has not done; none for other phrases."""
    if columns.pos[noun] != "NUM" and columns.lowers[noun] not in _PARTS:
        return []
    for child in columns.children[noun]:
        if columns.deps[child] == "prep" and columns.lowers[child] == "of":
            for members in columns.children[child]:
                owned = any(columns.deps[owner] == "poss" for owner in columns.children[members])
                if columns.deps[members] == "pobj" and columns.tags[members] == "NNS" and owned:
                    return [replace(actor, first=min(actor.first, columns.lefts[noun]), entity=None) for actor in actors.unnamed(members)]
    return []
