"""Looks for the instruments of a bus the way Bronkhorst's own library does, on a serial port.

usage: propar_scan.py DEVICE

Asks node 128 for its address; then tries 1, 2, 3 and so on, 50 ms each, until somebody answers or that
address is reached; from there it follows from each instrument to the next. Prints one line of JSON: the
instruments, and how many seconds it took.
"""

import json
import sys
import time

import serial

PATIENT, HASTY = 0.5, 0.05
ADDRESS = (0x00, 0x01, 0x00)
IDENTITY = (0x00, 0x60, 0x00, 0x60, 0x00)


class Bus:
    def __init__(self, device):
        self.line = serial.Serial(device, 38400, timeout=0.005)
        self.sequence = 0
        self.received = bytearray()

    def ask(self, node, data, patience):
        """The values of the answer's message as bytes, or None."""
        self.sequence = (self.sequence + 1) % 256
        content = bytes([self.sequence, node, len(data)]) + bytes(data)
        stuffed = content.replace(b"\x10", b"\x10\x10")
        self.line.write(b"\x10\x02" + stuffed + b"\x10\x03")
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.received += self.line.read(256)
            for answer in self.frames():
                # As the library does: by number alone. Late answers are nobody's.
                if answer[0] == self.sequence and answer[3] == 0x02:
                    return answer[4:]
        return None

    def frames(self):
        while True:
            start = self.received.find(b"\x10\x02")
            end, at = -1, start + 2
            while start >= 0 and at + 1 < len(self.received):
                if self.received[at] != 0x10:
                    at += 1
                elif self.received[at + 1] == 0x03:
                    end = at
                    break
                else:
                    at += 2
            if start < 0 or end < 0:
                return
            content = bytes(self.received[start + 2 : end]).replace(b"\x10\x10", b"\x10")
            del self.received[: end + 2]
            if len(content) > 3:
                yield content

    def byte(self, node, process, parameter, patience=PATIENT):
        answer = self.ask(node, [0x04, process, parameter, process, parameter], patience)
        return None if answer is None else answer[2]

    def text(self, node, process, parameter):
        code = parameter | 0x60
        answer = self.ask(node, [0x04, process, code, process, code, 0], PATIENT)
        return None if answer is None else answer[3:-1].decode()


def main():
    bus = Bus(sys.argv[1])
    began = time.monotonic()
    local = bus.byte(128, 0, 1)
    node = 1
    while node != local and bus.byte(node, 0, 1, HASTY) is None:
        node += 1
    found = []
    while node != 0 and node not in [each["address"] for each in found]:
        # Own address, identity and the next one's address in one message.
        chain = [0x04, 0x00, 0x81, 0, 1, 0xE0, 0, 0x60, 0, 3, 0, 3]
        answer = bus.ask(node, chain, PATIENT)
        if answer is None:
            break
        identity = answer[5 : answer.index(0, 5)].decode()
        address, following = answer[2], answer[-1]
        kind = bus.text(node, 113, 1)
        channels = bus.byte(node, 0, 18)
        found.append(
            {"address": address, "id": identity, "type": kind, "channels": channels}
        )
        node = following
    took = time.monotonic() - began
    print(json.dumps({"found": found, "took": took}), flush=True)


main()
