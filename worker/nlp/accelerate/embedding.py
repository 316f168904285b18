"""Word embeddings, computed once for each form of a word: what a hash embedding gives depends on the lexeme alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import IDS, IS_SPACE, LOWER, NORM, ORTH, PREFIX, SHAPE, SPACY, SUFFIX
from spacy.vectors import Mode, Vectors

from worker.nlp.accelerate.layers import Floats, MaxoutNorm, Node, Unfit, Words, mixed, nodes, only, read
from worker.nlp.accelerate.remembered import Remembered

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

#: Attributes that hang on the lexeme; of the token's own, only its norm ("n't": "not") and the space after it are read.
LEXICAL = frozenset({ORTH, LOWER, PREFIX, SUFFIX, SHAPE, IS_SPACE})
OF_TOKEN = frozenset({NORM, SPACY})
KNOWN = frozenset({"extract_features", "list2ragged", "ragged2list", "ints-getitem", "hashembed", "static_vectors", "maxout", "layernorm",
                   "dropout"})
#: Rows held. 12,288 rows of 96 numbers are 4.7 MB, touched only as they fill.
CAPACITY = 12_288


class Embedding:
    """spaCy's MultiHashEmbed, with or without static vectors, as a table that grows with the words it meets."""

    def __init__(self, embed: Node, vocab: Vocab) -> None:
        if unknown := {node.name for node in embed.walk() if not node.layers} - KNOWN:
            raise Unfit(f"an embedding with {', '.join(sorted(unknown))}")
        self._vocab = vocab
        self._columns = [IDS[column] if isinstance(column, str) else column for column in only(embed, "extract_features").attrs["columns"]]
        if not set(self._columns) <= LEXICAL | OF_TOKEN:
            raise Unfit("an embedding of other attributes than norm, prefix, suffix, shape and space")
        self._key = [ORTH, *(column for column in self._columns if column in OF_TOKEN)]
        self._hashes = sorted(nodes(embed, "hashembed"), key=lambda node: node.attrs["column"])
        self._ops = self._hashes[0].ops
        self._vectors = self._static(embed)
        self._mix = MaxoutNorm(only(embed, "maxout"), only(embed, "layernorm"))
        self._remembered = Remembered(np.zeros((CAPACITY, self._mix.outputs), dtype=np.float32))

    @property
    def table(self) -> Floats:
        """The rows that `rows` tells the numbers of."""
        return self._remembered.table

    def keep(self, doc: Doc) -> None:
        """Learn the doc's words for good, before the process forks: its children then share these rows."""
        self(doc)
        self._remembered.keep()

    def __call__(self, doc: Doc) -> Floats:
        """Give the embeddings of the doc's tokens, one row each."""
        rows = self.rows(doc)
        if rows is None:
            return self._compute(read(doc, self._columns), read(doc, [ORTH])[:, 0])
        found: Floats = self.table[rows]
        return found

    def rows(self, doc: Doc) -> list[int] | None:
        """Give the tokens' rows in `table`; they hold until the next doc. None if the doc has more words than rows are kept."""
        def learn(places: list[int], _: int) -> Floats:
            return self._compute(read(doc, self._columns)[places], read(doc, [ORTH])[places, 0])

        return self._remembered.rows(mixed(read(doc, self._key)), learn)

    def _compute(self, features: Words, orths: Words) -> Floats:
        parts: list[Floats] = []
        for number, node in enumerate(self._hashes):
            table = node.get_param("E")
            hashed = self._ops.hash(np.ascontiguousarray(features[:, number]), node.attrs["seed"]) % table.shape[0]
            parts.append(self._ops.gather_add(table, hashed))
        if self._vectors is not None:
            rows = self._vocab.vectors.find(keys=orths)
            projected = self._vocab.vectors.data[rows] @ self._vectors
            projected[rows < 0] = 0
            parts.append(projected)
        out = np.empty((len(features), self._mix.outputs), dtype=np.float32)
        self._mix(np.concatenate(parts, axis=1), self._mix.scratch(len(features)), out)
        return out

    def _static(self, embed: Node) -> Floats | None:
        found = nodes(embed, "static_vectors")
        if not found:
            return None
        vectors = self._vocab.vectors
        if len(found) > 1 or not isinstance(vectors, Vectors) or vectors.mode != Mode.default or getattr(vectors, "attr", ORTH) != ORTH:
            raise Unfit("static vectors of another kind than one row a word")
        return np.ascontiguousarray(found[0].get_param("W").T)
