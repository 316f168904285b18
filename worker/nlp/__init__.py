"""Reading an article with spaCy: the model, the reading that extractors share, and the lexicons behind both."""
