"""A worker that does wrong, in the way that its argument names."""

import json
import os
import signal
import sys
import time

mode = sys.argv[1]


def say(message):
    os.write(1, json.dumps(message).encode() + b"\n")


def ready():
    say({"jsonrpc": "2.0", "method": "$/ready", "params": {"protocol": 1, "name": mode, "functions": []}})


def forever():
    while True:
        time.sleep(60)


def requests():
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message:
            yield message


if mode == "silent":
    forever()
if mode == "other-protocol":
    say({"method": "$/ready", "params": {"protocol": 7, "name": mode}})
    forever()
if mode == "crash":
    sys.stderr.write("cannot import pyrpl\n")
    sys.exit(3)
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.close(0), os.close(1)
        forever()
    ready()
    for request in requests():
        say({"jsonrpc": "2.0", "id": request["id"], "result": os.getpgrp()})
    forever()

ready()
if mode == "loud":
    for index in range(20_000):
        sys.stderr.write("line %d %s\n" % (index, "x" * 20))
    sys.stderr.write("y" * 100_000 + "\n")
    sys.stderr.flush()
if mode == "deaf":
    forever()
for request in requests():
    reply = {"jsonrpc": "2.0", "id": request["id"], "result": request.get("params")}
    if mode == "flood":
        while True:
            os.write(1, b"Traceback (most recent call last):\n" * 1_000)
    elif mode == "endless":
        while True:
            os.write(1, b"x" * 65_536)
    elif mode == "garbage":
        os.write(1, b"\xff\xfe\x00 \x1b[31m not JSON {\n\n\n[1,2\n")
        say(reply)
        os.write(1, b'{"id": "nobody", "result": 1}\n')
        say(reply)
    elif mode == "half-line":
        os.write(1, json.dumps(reply).encode()[:20])
    elif mode == "half-line-then-die":
        os.write(1, json.dumps(reply).encode()[:20])
        os._exit(9)
    elif mode == "lengths":
        os.write(1, b'{"jsonrpc":"2.0","id":1,"result":0,"$binary":[-5]}\n')
    elif mode == "half-array":
        os.write(1, b'{"jsonrpc":"2.0","id":1,"result":{"$array":0,"dtype":"|u1","shape":[9]},"$binary":[9]}\nab')
    elif mode == "allocate":
        held = []
        while True:
            held.append(bytearray(b"x") * 10_000_000)
    elif mode == "old":
        say({"status": "ok", "data": request.get("params")})
    elif mode == "old-after-three":
        if request["params"]["value"] % 3 == 0:
            time.sleep(0.3)
        say({"status": "ok", "data": request.get("params")})
    elif mode == "no-text":
        os.write(1, b'{"method":"$/event","params":{"name":{"toString":1},"data":1}}\n')
        os.write(1, b'{"method":"$/log","params":{"level":{"toString":1},"message":{"toString":1}}}\n')
        os.write(1, b'{"method":"$/log","params":{"level":{"toString":1},"message":"x"}}\n')
        os.write(1, b'{"method":"$/log","params":{"level":"error","message":"y"}}\n')
        say(reply)
    elif mode == "deep":
        deep = b"[" * 400_000 + b"]" * 400_000
        os.write(1, deep + b"\n")
        os.write(1, b'{"status":"error","id":1,"data":' + deep + b"}\n")
        os.write(1, b'{"jsonrpc":"2.0","id":1,"result":' + deep + b',"$binary":[1]}\nx')
        os.write(1, b'{"method":"$/event","params":{"name":"deep","data":' + deep + b"}}\n")
        say(reply)
    elif mode == "talkative":
        for index in range(20_000):
            say({"method": "$/log", "params": {"level": "debug", "message": "z" * 20}})
            say({"method": "nobody knows it"})
        say({"method": "$/log", "params": {"level": "info", "message": "z" * 100_000}})
        say(reply)
    elif mode == "loud":
        say(reply)
