"""Uses a serial line through pyserial's RFC 2217 client, and prints what came of it as JSON.

Usage: rfc2217_client.py PORT
"""

import json
import sys

import serial

line = serial.serial_for_url(
    f"rfc2217://127.0.0.1:{sys.argv[1]}",
    baudrate=19200,
    bytesize=serial.SEVENBITS,
    parity=serial.PARITY_EVEN,
    stopbits=serial.STOPBITS_TWO,
    timeout=10,
)
results = {"modem": [line.cts, line.dsr, line.ri, line.cd]}
sent = bytes(range(256)) + b"\r\0\r\n\xff\xff\r"
line.write(sent)
results["echo"] = line.read(len(sent)).hex()
line.break_condition = True
line.break_condition = False
line.dtr = False
line.rts = False
line.reset_input_buffer()
try:
    line.baudrate = 12345
except ValueError as refusal:
    results["refused"] = str(refusal)
line.close()
print(json.dumps(results))
