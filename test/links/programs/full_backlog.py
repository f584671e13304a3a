"""Listens on loopback without ever accepting, with its queue full, so that a connection to it hangs."""

import socket
import sys

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(0)
address = server.getsockname()
fillers = []
while True:
    filler = socket.socket()
    filler.settimeout(0.3)
    fillers.append(filler)
    try:
        filler.connect(address)
    except TimeoutError:
        break
print(address[1], flush=True)
sys.stdin.read()
