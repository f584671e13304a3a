"""Asks the same requests in turn, each at once when the reply before it has ended, until it is killed.

    bare_loop.py PATH REQUEST...

REQUEST is a binary ProPar frame in hexadecimal. No program can keep a wire busier than this one does,
so it shows how much of the time the machine itself takes to wake up whoever waits.
"""

import os
import sys
import tty


def main():
    line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    requests = [bytes.fromhex(each) for each in sys.argv[2:]]
    print("ready", flush=True)
    while True:
        for request in requests:
            os.write(line, request)
            reply = b""
            while not is_whole(reply):
                reply += os.read(line, 4096)


def is_whole(reply):
    """An odd number of DLE before the ETX ends a frame; the others are data, doubled."""
    if not reply.endswith(b"\x10\x03"):
        return False
    before_end = reply[:-1]
    return (len(before_end) - len(before_end.rstrip(b"\x10"))) % 2 == 1


if __name__ == "__main__":
    main()
