"""A worker made with the Python package."""

import sys

sys.path.insert(0, sys.argv[1])

from signalbox.worker import Worker  # noqa: E402

worker = Worker()
running = []


@worker.function
def echo(value=None):
    """Gives back what it is given."""
    return {"value": value}


@worker.function
def double(values):
    values = memoryview(values)
    return [each * 2 for each in values]


@worker.function(name="fail")
def fail(text):
    raise ValueError(text)


@worker.function
def ask_host(method, params):
    return worker.request(method, params)


@worker.function
def steps(to):
    call = worker.current()
    for step in range(1, to + 1):
        call.progress({"step": step})
    return "done"


@worker.function
def until_cancelled():
    call = worker.current()
    call.sleep(60)


@worker.function
def emit(count):
    for index in range(count):
        worker.event("tick", {"index": index})
    print("printed")
    return count


worker.serve(name="python")
