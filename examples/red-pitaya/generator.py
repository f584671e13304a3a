"""Sets the generator of the Red Pitaya to one frequency after the other.

usage: generator.py [STEPS]
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))

from signalbox import connect

steps = int(sys.argv[1]) if len(sys.argv) > 1 else 10
generator = connect().instrument("generator")
for step in range(steps):
    frequency = 1_000.0 * (1 + step % 5)
    generator.call("asg_setup", channel="asg0", waveform="sin", frequency=frequency,
                   amplitude=0.8, offset=0.0, output_direct="out1", trigger_source="immediately")
    print(f"the generator is at {frequency:.0f} Hz", flush=True)
    time.sleep(0.2)
