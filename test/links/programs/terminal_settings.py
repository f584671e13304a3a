"""Makes a pseudo-terminal and prints its path, then how it is set, for each line of input."""

import fcntl
import json
import os
import struct
import sys

TCGETS2 = 0x802C542A  # struct termios2: four flags, line discipline, 19 characters, two speeds

master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
for _ in sys.stdin:
    facts = struct.unpack("4IB19s2I", fcntl.ioctl(master, TCGETS2, bytes(44)))
    names = ("input", "output", "control", "local", "discipline", "characters", "speedIn", "speedOut")
    known = dict(zip(names, facts))
    known["characters"] = list(known["characters"])
    print(json.dumps(known), flush=True)
