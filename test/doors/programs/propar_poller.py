"""Speaks ProPar by itself over a serial port: what a program that knows nothing of others does.

usage: propar_poller.py DEVICE NODE SECONDS [PATIENCE]

DEVICE is a path, or what pyserial takes in its place, such as rfc2217://127.0.0.1:2217.

An answer may take PATIENCE seconds (10); what comes later is known by its number, and passed over.

Reads the serial number and the identification number of one node, and writes and reads back its user
tag, one request at a time; prints one line of JSON with what came of it.
"""

import json
import sys
import time

import serial

DLE, STX, ETX = 0x10, 0x02, 0x03


def frame(sequence, node, data):
    content = bytes([sequence, node, len(data)]) + bytes(data)
    return bytes([DLE, STX]) + content.replace(b"\x10", b"\x10\x10") + bytes([DLE, ETX])


def read_frame(line):
    """The content of the next frame, or None after the line's timeout."""
    content, inside = bytearray(), False
    while True:
        byte = line.read(1)
        if not byte:
            return None
        if byte[0] != DLE:
            if inside:
                content += byte
            continue
        byte = line.read(1)
        if not byte:
            return None
        if byte[0] == STX:
            content, inside = bytearray(), True
        elif byte[0] == ETX and inside:
            return bytes(content)
        elif byte[0] == DLE and inside:
            content += byte


def ask(line, sequence, node, data, abandoned):
    """The message that answers, or None; a frame of another number or node is counted as foreign.

    A number stays among the abandoned ones until its answer has come, or it is used again.
    """
    abandoned.discard(sequence)
    line.write(frame(sequence, node, data))
    while True:
        answer = read_frame(line)
        if answer is None:
            abandoned.add(sequence)
            return None
        if answer[1] == node and answer[0] in abandoned:
            abandoned.discard(answer[0])
            continue
        if answer[0] != sequence or answer[1] != node or answer[2] != len(answer) - 3:
            return b"foreign"
        return answer[3:]


def main():
    device, node, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    patience = float(sys.argv[4]) if len(sys.argv) > 4 else 10.0
    line = serial.serial_for_url(device, 115200, timeout=patience)
    abandoned = set()
    serial_number = b"\x02\x05\x63\x00SIM%03d\x00" % node
    counts = {"right": 0, "wrong": 0, "silent": 0}
    sequence, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        tag = b"T%03d-%06d" % (node, sequence)
        for data, wanted in (
            # The serial number under an index of our own: process 5, parameter 3.
            ([0x04, 0x05, 0x63, 0x71, 0x63, 0x00], serial_number),
            ([0x01, 0x71, 0x66, 0x00, *tag, 0x00], b"\x00\x00"),
            ([0x04, 0x71, 0x66, 0x71, 0x66, 0x00], b"\x02\x71\x66\x00" + tag + b"\x00"),
        ):
            sequence = (sequence + 1) % 256
            answer = ask(line, sequence, node, data, abandoned)
            if answer is None:
                counts["silent"] += 1
            elif answer.startswith(wanted):
                counts["right"] += 1
            else:
                counts["wrong"] += 1
    print(json.dumps(counts), flush=True)


main()
