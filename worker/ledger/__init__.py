"""The ledger in Redis: the truth about every accepted job, its result and its end."""
