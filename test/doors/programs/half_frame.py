"""Writes half of a ProPar frame to a serial port, says so, and waits to be killed.

usage: half_frame.py DEVICE
"""

import sys
import time

import serial

line = serial.Serial(sys.argv[1], 38400, timeout=1.0)
# The head of a write of the setpoint of node 3, without its end.
line.write(bytes.fromhex("10 02 15 03 05 01 01 21 7d"))
line.flush()
print("written", flush=True)
time.sleep(600)
