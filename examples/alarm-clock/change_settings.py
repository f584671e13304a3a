"""Changes the settings of a running gateway from five threads at once, and loses nothing.

First each thread does five things with the alarms, then each counts up one setting 25 times. What it does is
what a program that was written for SpotiPi does: config_transaction, get_config_value.

usage: change_settings.py [URL]
"""

import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))

from signalbox import connect
from signalbox.settings import config_transaction, get_config_value, load_config, use

THREADS = 5
COUNTER = "alarms.nap.graceS"

if len(sys.argv) > 1:
    use(connect(sys.argv[1]))


def in_threads(work):
    failures = []

    def run(number):
        try:
            work(number)
        except Exception as error:
            failures.append(f"thread {number}: {error}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit("\n".join(failures))


def five_operations(number):
    for operation in range(5):
        if operation % 2 == 0:
            wake = load_config()["alarms"]["wake"]
            # Both are written in one piece, so that both are always of the same thread.
            if wake["volume"] != 40 and wake["title"] != f"Good morning from {wake['volume'] - 40}":
                raise ValueError(f"read half of a change: {wake}")
        else:
            with config_transaction(why=f"operation {operation} of thread {number}") as transaction:
                config = transaction.load()
                config["alarms"]["wake"]["volume"] = 41 + number
                config["alarms"]["wake"]["title"] = f"Good morning from {1 + number}"
                transaction.save(config)


def count_up(number):
    for _ in range(25):
        with config_transaction(why=f"thread {number} counts") as transaction:
            config = transaction.load()
            config["alarms"]["nap"]["graceS"] += 1
            transaction.save(config)


before = get_config_value(COUNTER)
in_threads(five_operations)
print("5 threads, 5 operations each: done")
in_threads(count_up)
after = get_config_value(COUNTER)
print(f"5 threads, 25 increments each: {COUNTER} went from {before} to {after}")
if after != before + THREADS * 25:
    sys.exit(f"{before + THREADS * 25 - after} increments were lost")
