"""Run functions of this project in processes of their own, with Django set up before anything of it is imported."""

import ctypes
import multiprocessing
import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

import django
from django.db import connection
from django.utils.module_loading import import_string

PR_SET_PDEATHSIG = 1  # of prctl(2)


def possible() -> bool:
    """Tell whether another process would see what this one sees: not inside a transaction, and not in memory."""
    in_memory = connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"])
    return not connection.in_atomic_block and not in_memory


def start(function: str, *arguments: Any) -> Connection:
    """Call `function` (a dotted path) with one end of a pipe and the arguments; return the other end.

    The process works on the same database. It ends with this one, and should end when the pipe does.
    """
    context = multiprocessing.get_context("spawn")  # a fork would share the connection to the database
    ours, theirs = context.Pipe()
    database = {name: connection.settings_dict[name] for name in ("NAME", "HOST", "PORT")}
    context.Process(target=_run, args=(os.getpid(), database, function, theirs, *arguments), daemon=True).start()
    theirs.close()
    return ours


def _run(parent: int, database: dict[str, Any], function: str, *arguments: Any) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever goes on with its work must be alone
        if os.getppid() != parent:  # it ended before we asked
            return
    django.setup()
    connection.settings_dict.update(database)
    import_string(function)(*arguments)
