"""Opens a port as many programs do, says so, and holds it until its standard input ends."""

import sys

import serial

path, exclusive = sys.argv[1], {"exclusive": True, "shared": False, "default": None}[sys.argv[2]]
with serial.Serial(path, exclusive=exclusive):
    print("open", flush=True)
    sys.stdin.read()
