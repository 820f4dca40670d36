"""Run functions of this project in processes of their own, with Django set up before anything of it is imported."""

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

import django
from django.utils.module_loading import import_string


def start(function: str, *arguments: Any) -> Connection:
    """Call `function` (a dotted path) with one end of a pipe and the arguments; return the other end.

    The process ends with this one, and should end when the pipe does.
    """
    context = multiprocessing.get_context("spawn")  # a fork would share the connection to the database
    ours, theirs = context.Pipe()
    context.Process(target=_run, args=(function, theirs, *arguments), daemon=True).start()
    theirs.close()
    return ours


def _run(function: str, *arguments: Any) -> None:
    django.setup()
    import_string(function)(*arguments)
