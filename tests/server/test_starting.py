"""What a server does before it answers: no more than it needs to."""

import subprocess
import sys

SELDOM = ("alembic", "duckdb", "hansa.compile", "hansa.declare", "markdown_it", "mcp", "pyiceberg", "sqlglot")
"""What few requests need, and takes long to load."""


def test_what_few_requests_need_is_not_loaded_at_the_start() -> None:
    code = (
        "import sys, hansa.client, hansa.server.agents, hansa.server.pages, hansa.server.transport\n"
        f"print(*sorted(sys.modules.keys() & set({SELDOM!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
