"""`python -m worker` is the `wiredesk` command."""

from worker.cli import main

main()
