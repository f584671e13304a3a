"""Does something at a door through pyvisa-py or pyserial, says so, and waits to be killed.

usage: die_in.py RESOURCE lock|half|query|block
"""

import sys

resource, deed = sys.argv[1], sys.argv[2]
questions = {"half": b"HALF", "query": b"HOLD?\n", "block": b"CURV?\n"}
if resource.startswith("rfc2217:"):
    import serial

    line = serial.serial_for_url(resource, 9600, timeout=5)
    line.write(questions[deed])
    if deed == "block":
        line.read(1000)
else:
    import pyvisa

    instrument = pyvisa.ResourceManager("@py").open_resource(resource)
    if resource.endswith("INSTR"):
        instrument.send_end = deed != "half"
    if deed == "lock":
        instrument.lock_excl()
    else:
        instrument.write_raw(questions[deed])
    if deed == "block":
        instrument.read_bytes(1000, chunk_size=1000)
print("begun", flush=True)
# Whose test has failed is not killed: it ends with it.
sys.stdin.read()
