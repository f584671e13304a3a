"""A library with two devices and a state of its own, as a driver in Python."""

import os
import threading
import time

from signalbox import worker

state = {"frequency": 1000.0, "gain": 1, "running": False, "shape": "sine"}
under_way = {"scope": 0, "generator": 0}
together = [0]
guard = threading.Lock()


@worker.function
def echo(value):
    """Gives back what it is given."""
    return value


@worker.function
def slow_echo(value, seconds):
    time.sleep(seconds)
    return value


@worker.function
def busy(device, seconds):
    """Whether the other device was in use at the same time."""
    with guard:
        under_way[device] += 1
        if all(under_way.values()):
            together[0] += 1
    time.sleep(seconds)
    with guard:
        under_way[device] -= 1
    return together[0]


@worker.function
def status(channel=1):
    return {**state, "channel": channel}


@worker.function
def configure(channel=1, **settings):
    state.update(settings)


@worker.function
def samples(count=4):
    import array
    return {"volts": array.array("f", [index / 2 for index in range(count)]), "channel": 1}


@worker.function
def matrix():
    return [[1, 2], [3, None]]


@worker.function
def wait_until_cancelled(seconds=30):
    call = worker.current()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if call.cancelled:
            state["cancelled"] = True
            return None
        time.sleep(0.005)


@worker.function
def was_cancelled():
    return state.get("cancelled", False)


@worker.function
def raise_it():
    raise ValueError("out of order")


@worker.function
def crash():
    os._exit(3)


@worker.function
def tell(count=1):
    for index in range(count):
        worker.event("tick", {"index": index})
    worker.log("info", "ticked")
    return count


if __name__ == "__main__":
    worker.serve()
