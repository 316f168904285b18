"""One article and its facts for a person's eyes; everything from outside is made harmless first.

clean.py      text that may reach a terminal
terminal.py   an article with its facts marked, and tables of them
"""
