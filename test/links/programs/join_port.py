"""Opens a port three times as a careless program does: with DTR and RTS moved, and a question."""

import sys

import serial

for _ in range(3):
    with serial.Serial(sys.argv[1], timeout=5) as port:
        for name in ("dtr", "rts"):
            for state in (False, True):
                try:
                    setattr(port, name, state)
                except OSError:
                    pass  # A pseudo-terminal has no such lines.
        port.write(b"?\n")
        print(port.readline().decode().strip(), flush=True)
