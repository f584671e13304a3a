"""Asks an instrument of an unknown binary protocol, in which only silence ends a message.

usage: gap_asker.py DEVICE NAME COUNT

Each message holds the name and any bytes; the instrument sends it back. Prints one line of JSON.
"""

import json
import sys

import serial

device, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
line = serial.Serial(device, 19200, timeout=3.0, inter_byte_timeout=None)
counts = {"right": 0, "wrong": 0, "silent": 0}
for number in range(count):
    message = name.encode() + bytes([number % 256, 0x0A, 0x0D, 0x00, 0x10, 0xFF, 0x11, 0x13])
    # In two pieces, as a slow program writes.
    line.write(message[:3])
    line.flush()
    line.write(message[3:])
    answer = line.read(len(message))
    if answer == b"":
        counts["silent"] += 1
    elif answer == message:
        counts["right"] += 1
    else:
        counts["wrong"] += 1
print(json.dumps(counts), flush=True)
