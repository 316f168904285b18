"""Wiredesk: a message-queue worker that reads news articles.

The map, from the edges to the core (a module imports only from lines below its own; `pyproject.toml` checks it):

    cli/          the `wiredesk` command, one file a group of commands
    pipeline      run(article): parse once, call each extractor, keep failures apart, join
    extractors/   one file for each kind of fact
    nlp/          model, accelerate/ (the same parse, sooner), reading, who is who (parties/), lexicons
    settings      config/*.toml and environment in one frozen object
    records       the data that crosses every border
    errors        the error tree
"""

__version__ = "0.1.0"
