"""When: time expressions from a doc's words to TIMEX3 values.

`tape` turns words into symbols, `grammar` finds expressions among the symbols, its rules (one file a family) turn each into a
`Timex`; `moments` is the calendar, `context` what a rule may ask: which day is today, which tense governs, what was said before.
"""
