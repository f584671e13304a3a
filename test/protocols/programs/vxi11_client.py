"""Calls every procedure that pyvisa-py knows, and prints what it got as JSON.

Usage: vxi11_client.py PORTMAPPER_TCP_PORT PORTMAPPER_UDP_PORT
"""

import json
import sys

from pyvisa_py.protocols import rpc, vxi11

tcp_port, udp_port = (int(port) for port in sys.argv[1:])
host = "127.0.0.1"
core = (vxi11.DEVICE_CORE_PROG, vxi11.DEVICE_CORE_VERS, rpc.IPPROTO_TCP, 0)
results = {}

for name, port, Mapper in (
    ("udp", udp_port, rpc.UDPPortMapperClient),
    ("tcp", tcp_port, rpc.TCPPortMapperClient),
):
    rpc.PMAP_PORT = port
    mapper = Mapper(host)
    results[name] = {
        "set": mapper.set((1, 2, 6, 3)),
        "unset": mapper.unset((1, 2, 6, 0)),
        "dump": mapper.dump(),
        "known": mapper.get_port(core) != 0,
    }
    mapper.close()

client = vxi11.CoreClient(host)
results["create_link"] = client.create_link(12345, True, 10000, "inst0")
results["write"] = client.device_write(7, 2000, 10000, 9, b"*IDN?\n")
error, reason, data = client.device_read(7, 1024, 2000, 10000, 128, 10)
results["read"] = [error, reason, data.decode()]
results["read_stb"] = client.device_read_stb(7, 1, 10000, 2000)
for name in ("trigger", "clear", "remote", "local"):
    results[name] = getattr(client, "device_" + name)(7, 0, 10000, 2000)
results["lock"] = client.device_lock(7, 1, 10000)
results["unlock"] = client.device_unlock(7)
results["enable_srq"] = client.device_enable_srq(7, True, b"handle")
error, data = client.device_docmd(7, 0, 2000, 10000, 0x20001, True, 2, b"\x00\x01")
results["docmd"] = [error, data.hex()]
results["destroy_intr_chan"] = client.destroy_intr_chan()
results["destroy_link"] = client.destroy_link(7)
client.close()
print(json.dumps(results))
