"""Speaks ProPar in its ASCII form through pyvisa-py, with write_raw and read_raw.

usage: visa_frames.py RESOURCE NODE COUNT

Writes the setpoint of one node, reads it back, and reads its measure and its serial number; prints one
line of JSON with what came of it.
"""

import json
import re
import sys

import pyvisa

resource, node, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
instrument = pyvisa.ResourceManager("@py").open_resource(resource)
instrument.timeout = 10000
number = (b"SIM%03d" % node).hex().upper()
counts = {"right": 0, "wrong": 0, "silent": 0}
value = node
for _ in range(count):
    value = value * 3 % 32003
    for question, wanted in (
        (":06%02X010121%04X" % (node, value), ":04%02X000005" % node),
        (":06%02X0401210121" % node, ":06%02X020121%04X" % (node, value)),
        (":06%02X0401210120" % node, ":06%02X020121[0-9A-F]{4}" % node),
        (":07%02X040567716300" % node, ":0C%02X02056700%s00" % (node, number)),
    ):
        instrument.write_raw(question.encode() + b"\r\n")
        try:
            answer = instrument.read_raw().decode()
        except pyvisa.errors.VisaIOError:
            counts["silent"] += 1
            continue
        counts["right" if re.fullmatch(wanted + "\r\n", answer) else "wrong"] += 1
print(json.dumps(counts), flush=True)
