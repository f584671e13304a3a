"""Asks all portmappers for VXI-11 from an address of this host, and prints the port that each says."""
import socket
import struct
import sys

source, target = sys.argv[1:]
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
asker.bind((source, 0))
asker.settimeout(1)
get_port = (395183, 1, 6, 0)
asker.sendto(struct.pack(">14I", 7, 0, 2, 100000, 2, 3, 0, 0, 0, 0, *get_port), (target, 111))
try:
    while True:
        reply, (address, _) = asker.recvfrom(4096)
        print(address, "serves" if struct.unpack(">I", reply[-4:])[0] > 0 else "serves nothing")
except socket.timeout:
    pass
