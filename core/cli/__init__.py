"""The dashboard's questions without a browser: `python -m core VERB CORPUS --models ... --out ...`; one verb per file.

Exit codes: 0 done, 1 it could not be done (the reason is on standard error), 2 the command line was wrong.
"""

from collections.abc import Callable

import typer

from core.cli.arguments import APP
from core.errors import VecassayError
from core.registry import discover

discover("core.cli")


def main(run: Callable[[], None] = APP) -> int:
    """Run the command line; returns the exit code."""
    try:
        run()
    except VecassayError as error:
        typer.echo(f"vecassay: {error}", err=True)
        return 1
    except OSError as error:
        typer.echo(f"vecassay: {error.filename or 'file'}: {error.strerror}", err=True)
        return 1
    return 0
