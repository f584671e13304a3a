#!/usr/bin/env python3
"""Changes the settings of a running gateway from five threads at once, and loses nothing.

    python3 examples/alarm-clock/change_settings.py [http://127.0.0.1:5001]

First each of five threads does five things with the alarms, then each counts up one setting 25 times.
Only the standard library is needed.
"""

import json
import sys
import threading
import urllib.error
import urllib.request

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5001"
THREADS = 5
COUNTER = ["alarms", "nap", "graceS"]


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, method=method)
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def read(config, path):
    value = config["values"]
    for part in path:
        value = value[part]
    return value


def transaction(change, why):
    """Reads, changes, writes; again, as long as somebody else was faster."""
    while True:
        config = ask("GET", "/api/v1/config")
        body = {
            "changes": change(config),
            "expectedRevision": config["revision"],
            "why": why,
        }
        try:
            return ask("PATCH", "/api/v1/config", body)
        except urllib.error.HTTPError as error:
            if json.load(error)["error"]["code"] != "CONFIG_CONFLICT":
                raise


def in_threads(work):
    failures = []

    def run(number):
        try:
            work(number)
        except Exception as error:  # told below, by the main thread
            failures.append(f"thread {number}: {error}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        sys.exit("\n".join(failures))


def five_operations(number):
    def volume_and_title(_config):
        return [
            {"path": ["alarms", "wake", "volume"], "value": 40 + number},
            {"path": ["alarms", "wake", "title"], "value": f"Good morning from {number}"},
        ]

    for operation in range(5):
        if operation % 2 == 0:
            wake = ask("GET", "/api/v1/config")["values"]["alarms"]["wake"]
            # Both were written in one piece, so that both are always of the same thread.
            if wake["volume"] != 40 and wake["title"] != f"Good morning from {wake['volume'] - 40}":
                sys.exit(f"read half of a change: {wake}")
        else:
            transaction(volume_and_title, f"operation {operation} of thread {number}")


def count_up(number):
    for _ in range(25):
        transaction(
            lambda config: [{"path": COUNTER, "value": read(config, COUNTER) + 1}],
            f"thread {number} counts",
        )


before = read(ask("GET", "/api/v1/config"), COUNTER)
in_threads(five_operations)
print("5 threads, 5 operations each: done")
in_threads(count_up)
after = read(ask("GET", "/api/v1/config"), COUNTER)
print(f"5 threads, 25 increments each: {'.'.join(COUNTER)} went from {before} to {after}")
if after != before + THREADS * 25:
    sys.exit(f"{before + THREADS * 25 - after} increments were lost")
