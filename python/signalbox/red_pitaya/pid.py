"""A PID module of the computed board: proportional and integral; PyRPL has no other."""

from __future__ import annotations

import math
from typing import Callable

from .waveforms import clipped

#: What the integrator holds, in volts (pid.py of PyRPL: ival).
IVAL_MOST = 4.0
#: One step of a loop takes so much of its time constant, so that it settles as it would.
_STEP_SHARE = 0.05
_STEPS_MOST = 2000


class Pid:
    """Its settings, and its integrator."""

    def __init__(self) -> None:
        self.input = "in1"
        self.output_direct = "off"
        self.setpoint = 0.0
        self.p = 0.0
        #: The frequency at which the integrator has a gain of 1, in Hz.
        self.i = 0.0
        self.ival = 0.0
        self.last_output = 0.0
        self._at_s = 0.0

    def output(self, volts: float) -> float:
        """What it gives out for a steady input."""
        return clipped(self.p * (volts - self.setpoint) + self.ival)

    def advance(self, now: float, read: Callable[[], float]) -> None:
        """Integrates until now.

        :param read: its input, which may depend on its own output
        """
        left = now - self._at_s
        self._at_s = now
        rate = 2 * math.pi * self.i
        if rate != 0:
            step = min(left, _STEP_SHARE / abs(rate) / (1 + abs(self.p)))
            for _ in range(_STEPS_MOST):
                if left <= 0:
                    break
                self._integrate(rate, min(step, left), read())
                left -= step
            # A loop has settled by now, and what is no loop goes on steadily.
            self._integrate(rate, max(0.0, left), read())
        self.last_output = self.output(read())

    def _integrate(self, rate: float, seconds: float, volts: float) -> None:
        grown = self.ival + rate * seconds * (volts - self.setpoint)
        self.ival = max(-IVAL_MOST, min(IVAL_MOST, grown))
        self.last_output = self.output(volts)
