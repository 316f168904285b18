"""The error tree: each class is a decision that a caller can take; the message says what to do.

WiredeskError
├── InputError            the user's input is wrong: refused, named by file, line and field
│   └── ArticleError      one article is invalid
├── ConfigurationError    settings, server or versions are wrong: exit status 2
├── TransientError        may succeed later: the job is tried again
│   └── ServerUnavailableError Redis does not answer or is full
└── PermanentError        can never succeed: the job is dead-lettered at once
└── LanguageError     no model reads this article's language
"""

from __future__ import annotations


class WiredeskError(Exception):
    """Anything that Wiredesk raises on purpose; `str(error)` is one sentence for a person."""


class InputError(WiredeskError):
    """The input is wrong; the message names file, line or field and says what to do."""


class ArticleError(InputError):
    """One article is invalid.

    `field` is the dotted name of the offending field (empty for the whole article), `reason` the sentence without it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class ConfigurationError(WiredeskError):
    """A setting, the server or an installed version is wrong; the message says which and how to mend it."""


class TransientError(WiredeskError):
    """Something failed that may succeed later; the job is tried again with backoff."""


class ServerUnavailableError(TransientError):
    """The Redis server does not answer or refuses writes; nothing was half done."""


class PermanentError(WiredeskError):
    """The job can never succeed; it is dead-lettered at once with this reason."""


class LanguageError(PermanentError):
    """No loaded model reads this article's language."""
