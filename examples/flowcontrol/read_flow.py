#!/usr/bin/env python3
"""Reads one value of one flow controller again and again, speaking ProPar by itself.

It knows nothing of Signalbox: give it any serial port, such as one of the virtual ones.

    read_flow.py PORT NODE [COUNT]
"""

import struct
import sys
import time

import serial

DLE, STX, ETX = 0x10, 0x02, 0x03


def frame(sequence, node, data):
    content = bytes([sequence, node, len(data)]) + data
    return bytes([DLE, STX]) + content.replace(b"\x10", b"\x10\x10") + bytes([DLE, ETX])


def read_frame(port):
    """The content of the next frame, or None when none comes in time."""
    content = None
    while True:
        byte = port.read(1)
        if not byte:
            return None
        if byte[0] == DLE:
            byte = port.read(1)
            if not byte:
                return None
            if byte[0] == STX:
                content = bytearray()
                continue
            if byte[0] == ETX:
                if content is not None:
                    return bytes(content)
                continue
        if content is not None:
            content += byte


def main():
    path, node = sys.argv[1], int(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    # The user tag and the measured flow of the node, in one chained request.
    request = bytes([0x04, 0xA1, 0x40, 0x21, 0x40, 0x71, 0x66, 0x71, 0x66, 0x00])
    with serial.Serial(path, 38400, timeout=2) as port:
        sequence = 0
        while count == 0 or sequence < count:
            number = sequence % 256
            began = time.monotonic()
            port.write(frame(number, node, request))
            reply = read_frame(port)
            took = (time.monotonic() - began) * 1000
            if reply is None:
                print("no answer", flush=True)
            elif reply[0] != number or reply[1] != node:
                print(f"WRONG: an answer of node {reply[1]}, number {reply[0]}", flush=True)
            else:
                flow = struct.unpack(">f", reply[6:10])[0]
                tag = reply[13:].rstrip(b"\0").decode("utf-8")
                print(f"{node} {tag} {flow:.3f} {took:.1f} ms", flush=True)
            sequence += 1


if __name__ == "__main__":
    main()
