"""One article and its facts for a person's eyes; everything from outside is made harmless first.

clean.py           text that may reach a terminal
terminal.py        an article with its facts marked, and tables of them
html.py            the frame of every HTML page, with its style (page.css) and script (page.js)
article_page.py    the page of one article; article_tables.py: its tables
story.py           the sources of one story side by side
"""
