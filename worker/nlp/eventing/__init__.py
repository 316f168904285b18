"""What happened: triggers of PLOVER's types with their actors and recipients, found by grammar and a lexicon of frames."""
