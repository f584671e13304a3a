"""Reads ProPar parameters one at a time, as fast as the line lets it, and prints how many it got.

    propar_reader.py PORT NODE SECONDS PROCESS/PARAMETER/TYPE...

TYPE is the type byte: 0, 32, 64 or 96.
"""

import sys
import time

import serial


def read_frame(port):
    data = b""
    while not data.endswith(b"\x10\x03"):
        byte = port.read(1)
        if not byte:
            return None
        data += byte
    return data


def main():
    path, node, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    parameters = [tuple(int(part) for part in each.split("/")) for each in sys.argv[4:]]
    good = 0
    with serial.Serial(path, 38400, timeout=3) as port:
        print("ready", flush=True)
        sys.stdin.readline()
        until = time.monotonic() + seconds
        sequence = 0
        while time.monotonic() < until:
            process, parameter, kind = parameters[sequence % len(parameters)]
            # Numbers below 16 need no doubled DLE.
            number = 1 + sequence % 15
            data = bytes([4, process, parameter | kind, process, parameter | kind])
            if kind == 96:
                data += b"\0"
            content = bytes([number, node, len(data)]) + data
            port.write(b"\x10\x02" + content.replace(b"\x10", b"\x10\x10") + b"\x10\x03")
            reply = read_frame(port)
            if reply is not None and reply[2] == number:
                good += 1
            sequence += 1
    print(good, flush=True)


if __name__ == "__main__":
    main()
