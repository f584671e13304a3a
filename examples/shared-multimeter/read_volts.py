#!/usr/bin/env python3
"""Measures a voltage again and again through PyVISA, and checks that each answer is its own.

It knows nothing of Signalbox: give it any VISA resource of a multimeter.

    read_volts.py RESOURCE [COUNT]
"""

import sys

import pyvisa


def main():
    resource = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    meter = pyvisa.ResourceManager("@py").open_resource(
        resource, read_termination="\n", write_termination="\n"
    )
    meter.timeout = 10_000
    for _ in range(count):
        volts = float(meter.query("MEAS:VOLT:DC?"))
        maker = meter.query("*IDN?").split(",")[0]
        print(f"{maker} {volts:.4f} V", flush=True)
    meter.close()


if __name__ == "__main__":
    main()
