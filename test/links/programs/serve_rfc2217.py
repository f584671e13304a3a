"""Serves a pseudo-terminal that gives back what it gets with pyserial's RFC 2217 server.

Prints its port. For each line of its input it prints as JSON how the terminal is set and what was done
with its modem lines, which a terminal does not have.
"""

import json
import os
import socket
import sys
import termios
import threading

import serial
from serial import rfc2217

master, slave = os.openpty()
movements = []


class Line(serial.Serial):
    cts = dsr = cd = True
    ri = False

    def _update_dtr_state(self):
        if self.is_serving:
            movements.append(["dtr", self._dtr_state])

    def _update_rts_state(self):
        if self.is_serving:
            movements.append(["rts", self._rts_state])

    def _update_break_state(self):
        movements.append(["break", self._break_state])

    is_serving = False


class Connection:
    def __init__(self, client):
        self.client = client
        self.lock = threading.Lock()

    def write(self, data):
        with self.lock:
            self.client.sendall(data)


def echo():
    while True:
        data = os.read(master, 4096)
        # A pipe of a terminal is short, so writing may block: only this thread does.
        while data:
            data = data[os.write(master, data) :]


def serve(listener):
    while True:
        client, _ = listener.accept()
        connection = Connection(client)
        manager = rfc2217.PortManager(line, connection)

        def pass_on():
            try:
                while True:
                    data = line.read(max(1, line.in_waiting))
                    connection.write(b"".join(manager.escape(data)))
            except OSError:
                pass

        threading.Thread(target=pass_on, daemon=True).start()
        while True:
            data = client.recv(4096)
            if not data:
                break
            line.write(b"".join(manager.filter(data)))


line = Line(os.ttyname(slave), 9600)
line.is_serving = True
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=echo, daemon=True).start()
threading.Thread(target=serve, args=(listener,), daemon=True).start()
print(listener.getsockname()[1], flush=True)
for _ in sys.stdin:
    _, _, control, _, _, speed, _ = termios.tcgetattr(slave)
    stop_bits = 2 if control & termios.CSTOPB else 1
    print(
        json.dumps(
            {
                "isFast": speed == termios.B57600,
                "stopBits": stop_bits,
                "set": [line.baudrate, line.bytesize, line.parity, line.stopbits, line.xonxoff],
                "movements": movements,
            }
        ),
        flush=True,
    )
