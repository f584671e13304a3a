"""The other end of a serial line: makes a raw pseudo-terminal, prints its path, then obeys its input.

    echo BYTES   gives back what comes, until it has given back so many bytes
    send BYTES   sends so many
    take BYTES   reads so many, then sends one
"""

import os
import pty
import sys
import tty

piece = bytes(range(256)) * 256


def main():
    master, slave = pty.openpty()
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    while True:
        # Not through a buffer: the line is read by this loop alone.
        words = sys.stdin.readline().split()
        if not words:
            return
        verb, left = words[0], int(words[1])
        while left > 0:
            if verb == "send":
                left -= os.write(master, piece[: min(left, len(piece))])
                continue
            data = os.read(master, 65536)
            left -= len(data)
            if verb == "echo":
                os.write(master, data)
        if verb == "take":
            os.write(master, b"!")


main()
