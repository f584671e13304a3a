"""Asks a line instrument through pyvisa-py, with its name and a number in each question.

usage: visa_asker.py RESOURCE NAME COUNT

RESOURCE is TCPIP::…::SOCKET, TCPIP::…::INSTR or ASRL/…::INSTR. Prints one line of JSON.
"""

import json
import sys

import pyvisa

resource, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
instrument = pyvisa.ResourceManager("@py").open_resource(
    resource, read_termination="\n", write_termination="\n"
)
instrument.timeout = 10000
counts = {"right": 0, "wrong": 0, "silent": 0}
for number in range(count):
    question = "ASK? %s,%d" % (name, number)
    try:
        answer = instrument.query(question)
    except pyvisa.errors.VisaIOError:
        counts["silent"] += 1
        continue
    counts["right" if answer == "re " + question else "wrong"] += 1
print(json.dumps(counts), flush=True)
