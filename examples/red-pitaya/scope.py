"""Reads traces of the Red Pitaya's scope and tells the frequency in each.

Setting it up and acquiring is one lease, so that nobody changes the settings in between.

usage: scope.py [TRACES]
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))

from signalbox import connect

traces = int(sys.argv[1]) if len(sys.argv) > 1 else 10
scope = connect().instrument("scope")
for _ in range(traces):
    with scope.lease() as mine:
        mine.write("decimation", 64)
        mine.write("trigger", "immediately")
        trace = mine.call("scope_acquire", input_channel="in1", timeout=5)
    volts, times = trace["voltage"], trace["time"]
    rises = [at for at in range(1, len(volts)) if volts[at - 1] < 0 <= volts[at]]
    # Noise makes several rises of one: what lies closer together than a tenth of a period counts once.
    edges = [at for at, before in zip(rises, [-10_000, *rises]) if at - before > 50]
    if len(edges) > 1:
        period = (times[edges[-1]] - times[edges[0]]) / (len(edges) - 1)
        print(f"{len(volts)} samples, {max(volts):+.2f} V at most, {1 / period:.0f} Hz", flush=True)
    else:
        print(f"{len(volts)} samples, {max(volts):+.2f} V at most", flush=True)
    time.sleep(0.15)
