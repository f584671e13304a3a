"""Makes a pseudo-terminal, holds both of its ends and prints its path, until its input ends."""

import os
import sys

master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
sys.stdin.read()
