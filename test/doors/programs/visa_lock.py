"""Locks an instrument through pyvisa-py, asks it, and says whether a second program is kept out.

usage: visa_lock.py RESOURCE
"""

import sys

import pyvisa

manager = pyvisa.ResourceManager("@py")


def opened():
    instrument = manager.open_resource(sys.argv[1], read_termination="\n", write_termination="\n")
    instrument.timeout = 2000
    return instrument


holder, other = opened(), opened()
holder.lock_excl()
print(holder.query("*IDN?"), flush=True)
try:
    other.query("*IDN?")
    print("not kept out", flush=True)
except pyvisa.errors.VisaIOError:
    print("kept out", flush=True)
holder.unlock()
other.close()
again = opened()
print(again.query("*IDN?"), flush=True)
print(again.read_stb(), flush=True)
again.clear()
print(again.query("*IDN?"), flush=True)
