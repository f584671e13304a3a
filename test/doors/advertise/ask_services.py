"""
Asks a network by multicast DNS for services of a type, and prints where each is, as their bytes say.
With a third word it waits until one of them takes back what it said, and prints its name.
"""
import socket
import struct
import sys

own_address, service_type = sys.argv[1:3]
is_waiting = len(sys.argv) > 3
group, port = "224.0.0.251", 5353


def labels(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def name_at(data, at):
    parts, end = [], None
    while data[at] != 0:
        if data[at] >= 0xC0:
            end = end or at + 2
            at = struct.unpack_from(">H", data, at)[0] & 0x3FFF
            continue
        parts.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(parts), end or at + 1


def records_of(data):
    _, flags, questions, *counts = struct.unpack_from(">6H", data)
    if flags != 0x8400:
        return
    at = 12
    for _ in range(questions):
        at = name_at(data, at)[1] + 4
    for _ in range(sum(counts)):
        name, at = name_at(data, at)
        kind, _, ttl, length = struct.unpack_from(">HHIH", data, at)
        yield name, kind, ttl, at + 10, length
        at += 10 + length


asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
asker.bind((group, port))
near = socket.inet_aton(own_address)
asker.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + near)
asker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, near)
asker.settimeout(20 if is_waiting else 2)
asker.sendto(struct.pack(">6H", 0, 0, 1, 0, 0, 0) + labels(service_type + ".local") + struct.pack(">2H", 12, 1), (group, port))
instances, servers, texts, addresses = set(), {}, {}, {}
try:
    while is_waiting or not instances or not servers or not addresses:
        data, (sender, sender_port) = asker.recvfrom(9000)
        if sender == own_address or sender.split(".")[:3] != own_address.split(".")[:3]:
            continue
        for name, kind, ttl, at, length in records_of(data):
            if kind == 12 and name == service_type + ".local":
                instance = name_at(data, at)[0]
                if is_waiting and ttl == 0:
                    print("goodbye", instance)
                    sys.exit()
                if is_waiting:
                    print("here", instance, flush=True)
                instances.add(instance)
            elif kind == 33:
                servers[name] = struct.unpack_from(">H", data, at + 4)[0], name_at(data, at + 6)[0]
            elif kind == 16:
                texts[name] = data[at + 1 : at + 1 + data[at]].decode()
            elif kind == 1:
                addresses[name] = socket.inet_ntoa(data[at : at + length])
except socket.timeout:
    pass
for instance in sorted(instances):
    if instance in servers:
        server_port, host = servers[instance]
        print(instance, addresses.get(host), server_port, texts.get(instance))
