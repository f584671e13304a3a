"""A VXI-11 server made of pyvisa-py's RPC server. Prints its port, then each call as JSON."""

import json
import sys

from pyvisa_py.protocols import rpc, vxi11


class Server(rpc.TCPServer):
    def addpackers(self):
        self.packer = vxi11.Vxi11Packer()
        self.unpacker = vxi11.Vxi11Unpacker("")

    def told(self, name, *args):
        print(json.dumps([name, *args]), flush=True)
        self.turn_around()

    def handle_10(self):
        u = self.unpacker
        told = [u.unpack_int(), bool(u.unpack_bool()), u.unpack_uint(), u.unpack_string().decode()]
        self.told("create_link", *told)
        self.packer.pack_int(0)
        self.packer.pack_int(7)
        self.packer.pack_uint(1025)
        self.packer.pack_uint(4096)

    def handle_11(self):
        u = self.unpacker
        told = [u.unpack_int(), u.unpack_uint(), u.unpack_uint(), u.unpack_int()]
        data = u.unpack_opaque()
        self.told("write", *told, data.decode())
        self.packer.pack_int(0)
        self.packer.pack_uint(len(data))

    def handle_12(self):
        u = self.unpacker
        told = [u.unpack_int()] + [u.unpack_uint() for _ in range(3)]
        self.told("read", *told, u.unpack_int(), u.unpack_int())
        self.packer.pack_int(0)
        self.packer.pack_int(4)
        self.packer.pack_opaque(b"x" * 100000)

    def handle_23(self):
        self.told("destroy_link", self.unpacker.unpack_int())
        self.packer.pack_int(4)


server = Server("127.0.0.1", vxi11.DEVICE_CORE_PROG, vxi11.DEVICE_CORE_VERS, 0)
server.sock.listen(1)
print(server.sock.getsockname()[1], flush=True)
server.session(server.sock.accept())
sys.exit(0)
