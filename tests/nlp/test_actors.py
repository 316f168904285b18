"""Who acts, where grammar and who is who disagree: an answer comes all the same."""

from __future__ import annotations

from spacy.tokens import Doc
from spacy.vocab import Vocab

from worker.nlp.actors import Actors
from worker.nlp.columns import Columns
from worker.nlp.parties import Entity, Ids, Mention, Parties


def test_descriptions_with_a_pronoun_for_their_head_are_not_asked_for_ever() -> None:
    """"Those of the north", "all of them", taken for the same people: neither tells what the other is, the name does."""
    words = ["those", "saw", "all", "and", "it", ";", "Belarusians"]
    pos = ["PRON", "VERB", "PRON", "CCONJ", "PRON", "PUNCT", "PROPN"]
    doc = Doc(Vocab(), words=words, pos=pos, tags=["X"] * 6 + ["NNPS"], deps=["nsubj", "ROOT", "dobj", "cc", "conj", "punct", "dep"],
              heads=[1, 1, 1, 2, 2, 1, 1], lemmas=words)

    def mention(token: int, form: str) -> Mention:
        word = doc[token]
        return Mention(start=word.idx, end=word.idx + len(word), first=token, last=token + 1, head=token,
                       form=form, sense=None, why="test")  # type: ignore[arg-type]  # one of its forms

    mentions = (mention(0, "nominal"), mention(2, "nominal"), mention(4, "pronoun"), mention(6, "name"))
    people = Entity(number=0, key="NORP:belarusian", type="NORP", name="Belarusian", mentions=mentions, ids=Ids(plover="BLR"))
    actors = Actors(Columns(doc), Parties([people]))
    for token in (0, 2, 4):
        [actor] = actors.at(token)
        assert (actor.code, actor.sector) == ("BLR", "CVL")
