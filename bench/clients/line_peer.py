"""The other end of a serial line: makes a raw pseudo-terminal, prints its path, and answers each line."""

import os
import pty
import tty


def main():
    master, slave = pty.openpty()
    tty.setraw(slave)
    print(os.ttyname(slave), flush=True)
    text = b""
    while True:
        text += os.read(master, 65536)
        *lines, text = text.split(b"\n")
        for line in lines:
            os.write(master, b"re " + line + b"\n")


main()
