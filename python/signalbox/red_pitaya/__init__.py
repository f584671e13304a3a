"""A Red Pitaya as a worker of a Signalbox gateway: scope, generators, PID, IQ and sampler of PyRPL.

``python3 -m signalbox.red_pitaya --hostname 192.168.1.100`` drives a board through PyRPL, which has to
be installed in that Python; with ``--mock`` a board is computed, and nothing else is needed.
"""
