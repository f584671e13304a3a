"""An instrument on a pseudo-terminal that understands what it hears at one speed only.

serial_instrument.py SPEED KIND: `scpi` answers *IDN?, `echo` sends back whatever it hears.
Prints the path of its line.
"""
import fcntl
import os
import struct
import sys
import tty

# Linux: struct termios2 of asm-generic/termbits.h ends with the speeds in and out.
TCGETS2 = 0x802C542A
TERMIOS2_BYTES = 44

speed = int(sys.argv[1])
kind = sys.argv[2]
master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)


def speed_set():
    return struct.unpack('=I', fcntl.ioctl(slave, TCGETS2, bytes(TERMIOS2_BYTES))[-4:])[0]


heard = b''
while True:
    data = os.read(master, 4096)
    if speed_set() != speed:
        # As a receiver of another speed hears it.
        os.write(master, b'\xfe\x80')
        continue
    if kind == 'echo':
        os.write(master, data)
        continue
    heard += data
    while b'\n' in heard:
        line, heard = heard.split(b'\n', 1)
        if line.strip() == b'*IDN?':
            os.write(master, b'ACME,Ohmmeter 3,42,1.0\r\n')
        elif line.strip() == b'*OPC?':
            os.write(master, b'1\r\n')
