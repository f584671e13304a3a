"""Asks an instrument through pyvisa-py.

usage: visa_query.py RESOURCE QUERY...
"""

import sys

import pyvisa

manager = pyvisa.ResourceManager("@py")
instrument = manager.open_resource(sys.argv[1], read_termination="\n", write_termination="\n")
instrument.timeout = 5000
for query in sys.argv[2:]:
    print(instrument.query(query), flush=True)
