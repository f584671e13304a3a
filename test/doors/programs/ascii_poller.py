"""Speaks ProPar in its ASCII form over a serial port, as small programs do.

usage: ascii_poller.py DEVICE NODE SECONDS

DEVICE is a path, or what pyserial takes in its place, such as socket://127.0.0.1:5025.

Writes the setpoint of one node in small letters and without leading zeros, reads it back, and reads the
serial number; prints one line of JSON with what came of it.
"""

import json
import sys
import time

import serial


def ask(line, text):
    line.write(text.encode() + b"\r\n")
    return line.readline().decode(errors="replace").strip()


def main():
    device, node, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    line = serial.serial_for_url(device, 9600, timeout=1.0)
    number = b"SIM%03d" % node
    counts = {"right": 0, "wrong": 0, "silent": 0}
    value, end = 1, time.monotonic() + seconds
    while time.monotonic() < end:
        value = value * 3 % 32003
        for question, wanted in (
            (":06%02x010121%x" % (node, value), ":04%02X000005" % node),
            (":06%02X0401210121" % node, ":06%02X02%s" % (node, "0121%04X" % value)),
            # A string, and an index of our own: process 5, parameter 7.
            (
                ":07%02X0405677163" % node + "00",
                ":%02X%02X02056700%s00" % (6 + len(number), node, number.hex().upper()),
            ),
        ):
            answer = ask(line, question)
            if answer == "":
                counts["silent"] += 1
            elif answer == wanted:
                counts["right"] += 1
            else:
                counts["wrong"] += 1
    print(json.dumps(counts), flush=True)


main()
