"""How certain the words make a statement, and by whose word: FactBank's scale from cues and embedding predicates."""
