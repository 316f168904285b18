"""Reading an article with spaCy: the model, the reading that extractors share, and the lexicons behind both."""

from worker.nlp.lean_spacy import leave_out_commands

leave_out_commands()
