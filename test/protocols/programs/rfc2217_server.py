"""Serves a line that gives back what it gets with pyserial's RFC 2217 server; prints its port.

Afterwards it prints the settings of the line as JSON.
"""

import json
import socket

import serial
from serial import rfc2217


class Connection:
    def __init__(self, socket):
        self.socket = socket

    def write(self, data):
        self.socket.sendall(data)


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
line = serial.serial_for_url("loop://", timeout=0)
manager = rfc2217.PortManager(line, Connection(client))
while True:
    data = client.recv(1024)
    if not data:
        break
    line.write(b"".join(manager.filter(data)))
    client.sendall(b"".join(manager.escape(line.read(4096))))
print(json.dumps([line.baudrate, line.bytesize, line.parity, line.stopbits]))
