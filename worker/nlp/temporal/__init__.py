"""When: time expressions from a doc's words to TIMEX3 values.

`tape` writes words as letters (`alphabet`, `vocabulary`, `digits`), `grammar` finds expressions among the letters, its `rules` (one file
a family) turn each into a `timex`; `moments` is the calendar, `context` what a rule may ask: which day is today, which way the tense
looks, what was named before; `guards` know what looks like a time and is none.

To mend a wrong date, find the rule by the result's `why`, add a row to `tests/tables/timexes.toml`, then change the rule or the
lexicon (`nlp/lexicons/time_*.txt`, `months`, `weekdays`, `seasons`, `holidays`).
"""
