"""The loop in which PyRPL's coroutines go on."""

import time

from .modules import Run


def sleep(seconds):
    time.sleep(seconds)
    for run in list(Run.under_way):
        run.go_on(max(seconds, 0.001))
        if run.done():
            Run.under_way.remove(run)
