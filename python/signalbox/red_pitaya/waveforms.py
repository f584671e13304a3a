"""What the generators of the computed board give out."""

from __future__ import annotations

import cmath
import math
from typing import Callable, List

TAU = 2 * math.pi
#: So many points of a period are enough for a harmonic of a wave with edges.
_PERIOD_POINTS = 512

Wave = Callable[[float], float]


def _ramp(phase: float) -> float:
    return 4 * phase - 1 if phase < 0.5 else 3 - 4 * phase


#: From the share of a period, 0 to 1, to -1 to 1: PyRPL's tables (asg.py).
SHAPES: "dict[str, Wave]" = {
    "sin": lambda phase: math.sin(TAU * phase),
    "cos": lambda phase: math.cos(TAU * phase),
    "ramp": _ramp,
    "halframp": lambda phase: 2 * phase - 1,
    "square": lambda phase: 1.0 if phase < 0.5 else -1.0,
    "dc": lambda _: 0.0,
}


class Generator:
    """Settings of one generator, and what it gives out."""

    def __init__(self, noise: List[float]) -> None:
        self.waveform = "sin"
        self.frequency = 1000.0
        self.amplitude = 0.5
        self.offset = 0.0
        self.output_direct = "off"
        self.trigger_source = "off"
        #: When it was started, in seconds of the board's time.
        self.started_s = 0.0
        self._noise = noise

    @property
    def runs(self) -> bool:
        """Whether it gives out its wave; until it is triggered, it holds the wave's first value."""
        return self.trigger_source in ("immediately", "high")

    def wave(self) -> Wave:
        """Volts at a second of the board's time, with the settings as they are now."""
        amplitude, offset, started = self.amplitude, self.offset, self.started_s
        frequency = self.frequency if self.runs else 0.0
        if self.waveform == "noise":
            noise, count = self._noise, len(self._noise)
            return lambda t: offset + amplitude * noise[int(t * 125e6) * 7919 % count]
        if self.waveform == "sin":
            turns = TAU * frequency
            return lambda t: offset + amplitude * math.sin(turns * (t - started))
        shape = SHAPES[self.waveform]
        return lambda t: offset + amplitude * shape((t - started) * frequency % 1.0)

    def mean(self) -> float:
        """What is left of it when it is averaged, in volts."""
        if self.runs or self.waveform in ("dc", "noise"):
            return self.offset
        return self.wave()(self.started_s)

    def harmonic(self, frequency: float, bandwidth: float, t: float) -> complex:
        """What a demodulator at a frequency sees of it at a time: a complex amplitude, whose real part
        goes with the cosine and whose imaginary part goes against the sine."""
        order = round(frequency / self.frequency) if self.frequency > 0 else 0
        if not self.runs or order < 1 or self.waveform in ("dc", "noise"):
            return 0j
        shape = SHAPES[self.waveform]
        wave = [clipped(self.offset + self.amplitude * shape(at / _PERIOD_POINTS))
                for at in range(_PERIOD_POINTS)]
        sum_ = sum(volts * cmath.exp(-1j * TAU * order * at / _PERIOD_POINTS)
                   for at, volts in enumerate(wave))
        difference = order * self.frequency - frequency
        passed = 1 / (1 + 1j * difference / bandwidth) if bandwidth > 0 else 1
        turn = TAU * (difference * t - order * self.frequency * self.started_s)
        return 2 * sum_ / _PERIOD_POINTS * passed * cmath.exp(1j * turn)


def clipped(volts: float) -> float:
    """What a converter of 1 V makes of it."""
    return -1.0 if volts < -1.0 else 1.0 if volts > 1.0 else volts
