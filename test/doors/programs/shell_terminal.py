"""Holds a terminal as a terminal emulator does: the master here, the other side in a child.

Prints the path of the terminal, then waits to be ended by the end of its input.
"""

import os
import pty
import sys
import time

reader, writer = os.pipe()
child, master = pty.fork()
if child == 0:
    os.write(writer, os.ttyname(0).encode())
    os.close(writer)
    time.sleep(600)
os.close(writer)
print(os.read(reader, 100).decode(), flush=True)
sys.stdin.read()
os.kill(child, 9)
