"""Asks a line instrument on a serial port, and sets something in between.

usage: line_asker.py DEVICE NAME COUNT

DEVICE is a path, or what pyserial takes in its place, such as rfc2217://127.0.0.1:2217.

Each question holds the name, so that another program's answer shows; prints one line of JSON.
"""

import json
import sys

import serial

device, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
line = serial.serial_for_url(device, 115200, timeout=3.0)
counts = {"right": 0, "wrong": 0, "silent": 0}
for number in range(count):
    line.write(b"SET %d;TEXT 'is it?'\n" % number)
    line.write(("ASK? %s,%d\n" % (name, number)).encode())
    answer = line.readline().decode()
    if answer == "":
        counts["silent"] += 1
    elif answer == "re ASK? %s,%d\n" % (name, number):
        counts["right"] += 1
    else:
        counts["wrong"] += 1
print(json.dumps(counts), flush=True)
