"""The `wiredesk` command: one file a group of commands, no logic of its own.

Exit status: 0 all good, 1 some input failed (each named), 2 wrong usage or configuration.
"""

from __future__ import annotations

import errno
import importlib
import os
import pkgutil
import signal
import sys
from pathlib import Path
from typing import Annotated

# Whoever presses Ctrl-C while all this is loaded gets no traceback: the process just ends.
_loading = signal.getsignal(signal.SIGINT) is signal.default_int_handler
if _loading:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import typer  # noqa: E402 - it takes long enough to be interrupted

app = typer.Typer(
    name="wiredesk", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Read news articles from a queue: who said what, about which event, when, where, how many, how certain, by whose word.",
)
# A file in this folder with an `add_to` is a group of commands; nothing else has to know of it. Where a file has the name of
# the command that is asked for, the others stay unread: some load what takes a second, and `extract` needs none of it.
_files = sorted(module.name for module in pkgutil.iter_modules(__path__))
for _module in [name for name in _files if name in sys.argv[1:2]] or _files:
    _add_to = getattr(importlib.import_module(f"{__name__}.{_module}"), "add_to", None)
    if _add_to is not None:
        _add_to(app)
if _loading:
    signal.signal(signal.SIGINT, signal.default_int_handler)


#: A disk without room is a matter of the machine.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})


def _tell_version(wanted: bool) -> None:
    if wanted:
        from worker import __version__

        typer.echo(f"wiredesk {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_tell_version, is_eager=True)] = False,
) -> None:
    from worker.logs import keep_off_standard_output

    del version
    keep_off_standard_output()


def main() -> None:
    """Run the command; a person gets one sentence, never a traceback."""
    from worker.cli import console
    from worker.errors import ConfigurationError, WiredeskError

    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        console.say("wiredesk: standard output is closed; open it, or send it to /dev/null", "red")
        sys.exit(2)
    try:
        app(prog_name="wiredesk")
    except ConfigurationError as error:
        console.say(f"wiredesk: {error}", "red")
        sys.exit(2)
    except WiredeskError as error:
        console.say(f"wiredesk: {error}", "red")
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone; there is nobody left to tell.
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("WIREDESK_LOGS__LEVEL") == "debug":
            raise
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            where = f"{error.filename}: " if error.filename else "what is written to: "
            console.say(f"wiredesk: {where}{os.strerror(error.errno or 0).lower()}; make room there and call again", "red")
            sys.exit(1)
        if isinstance(error, OSError) and error.filename and error.strerror:
            console.say(f"wiredesk: {os.fsdecode(error.filename)}: {error.strerror.lower()}; mend that, or name another place", "red")
            sys.exit(1)
        if isinstance(error, UnicodeEncodeError) and (odd := next((given for given in sys.argv[1:] if _is_odd(given)), None)) is not None:
            console.say(f"wiredesk: {os.fsencode(odd)!r} is not UTF-8, so that nothing can have this name; write it as UTF-8", "red")
            sys.exit(2)
        if type(error).__module__.startswith("redis."):
            console.say(f"wiredesk: the server does not answer as it should ({error}); try `wiredesk doctor`", "red")
            sys.exit(1)
        defect = f"{type(error).__name__}: {error}"
        console.say(f"wiredesk: a defect of Wiredesk itself ({defect}); WIREDESK_LOGS__LEVEL=debug shows where", "red")
        sys.exit(1)


def _is_odd(argument: str) -> bool:
    """Tell whether an argument was given in bytes that are no UTF-8; a file may have such a name, nothing else."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return True
    return False
