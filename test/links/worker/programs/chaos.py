"""Answers each call with what it was given, but late, out of order, twice, or not at all; and dies."""

import json
import os
import random
import select
import sys
import time

seed, loss, repeat, death, delay_ms = int(sys.argv[1]), *map(float, sys.argv[2:6])
chance = random.Random(seed ^ os.getpid())
os.write(1, b'{"jsonrpc":"2.0","method":"$/ready","params":{"protocol":1,"name":"chaos","functions":[]}}\n')
begun = b""
waiting = []
os.set_blocking(0, False)

while True:
    select.select([0], [], [], 0.001 if waiting else 1)
    try:
        data = os.read(0, 1 << 20)
        if not data:
            os._exit(0)
        lines = (begun + data).split(b"\n")
        begun = lines.pop()
        now = time.monotonic()
        for line in lines:
            message = json.loads(line)
            if "id" not in message or chance.random() < loss:
                continue
            if chance.random() < death:
                os._exit(1)
            times = 2 if chance.random() < repeat else 1
            for _ in range(times):
                # Now and then long after its caller has given up.
                slow = 40 if chance.random() < loss else 1
                waiting.append((now + chance.random() * delay_ms * slow / 1000, message["id"], message["params"]))
    except BlockingIOError:
        pass
    now = time.monotonic()
    due = [each for each in waiting if each[0] <= now]
    if due:
        waiting = [each for each in waiting if each[0] > now]
        chance.shuffle(due)
        out = "".join('{"jsonrpc":"2.0","id":%d,"result":%s}\n' % (id, json.dumps(params)) for _, id, params in due)
        left = out.encode()
        while left:
            left = left[os.write(1, left):]
