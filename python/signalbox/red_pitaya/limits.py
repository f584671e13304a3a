"""What the board and PyRPL can do, checked before anything is sent to either.

The names and numbers are those of PyRPL (release of 2023-07-31): scope.py, asg.py, pid.py, iq.py, dsp.py.
"""

from __future__ import annotations

import math
from typing import Any, List, Sequence, Union

from ..worker import BadArgument

#: The scope's buffer, in samples.
SAMPLES = 1 << 14
#: One sample at decimation 1, in seconds.
SAMPLE_S = 8e-9
#: The scope takes powers of two.
DECIMATIONS = tuple(1 << power for power in range(17))
#: Inputs and outputs have 14 bits from -1 V to 1 V.
VOLTS_MOST = 1.0
BITS = 14
#: The generators and demodulators go up to half the sampling rate, in Hz.
FREQUENCY_MOST = 62.5e6
PIDS = 3
ASGS = 2
IQS = 3
#: So long may an acquisition take at the most, in seconds.
ACQUIRE_S_MOST = 3600.0

DSP_INPUTS = ("in1", "in2", "out1", "out2", "iq0", "iq1", "iq2", "iq2_2", "pid0", "pid1", "pid2",
              "asg0", "asg1", "trig", "iir", "off")
SCOPE_TRIGGERS = ("off", "immediately", "ch1_positive_edge", "ch1_negative_edge", "ch2_positive_edge",
                  "ch2_negative_edge", "ext_positive_edge", "ext_negative_edge", "asg0", "asg1", "dsp")
WAVEFORMS = ("sin", "cos", "ramp", "halframp", "square", "dc", "noise")
ASG_TRIGGERS = ("off", "immediately", "ext_positive_edge", "ext_negative_edge", "ext_raw", "high")
OUTPUTS = ("off", "out1", "out2", "both")


def number(name: str, value: Any, least: float, most: float, unit: str = "") -> float:
    """A number within limits. Raises BadArgument that names them."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadArgument(f"{name} is a number, not {value!r}")
    if not least <= value <= most:
        raise BadArgument(f"{name} is {least:g} to {most:g}{unit and ' ' + unit}, not {value:g}")
    return float(value)


def one_of(name: str, value: Any, names: Sequence[str]) -> str:
    """One of PyRPL's names. Raises BadArgument that lists them."""
    if isinstance(value, str) and value in names:
        return value
    hint = ""
    if value == "triangle":
        hint = "; its 'ramp' rises and falls as a triangle does"
    raise BadArgument(f"{name} {value!r} is not known to PyRPL, which has {', '.join(names)}{hint}")


def decimation(value: Any) -> int:
    """A decimation that the scope has."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or value not in DECIMATIONS:
        raise BadArgument(f"decimation is a power of two from 1 to 65536, not {value!r}")
    return int(value)


def index(kind: str, count: int, channel: Any) -> int:
    """Which of several equal modules: ``0`` or ``'pid0'``."""
    names = [f"{kind}{each}" for each in range(count)]
    if isinstance(channel, str) and channel in names:
        return names.index(channel)
    if isinstance(channel, int) and not isinstance(channel, bool) and 0 <= channel < count:
        return channel
    raise BadArgument(f"channel {channel!r} is none of {', '.join(names)} (or 0 to {count - 1})")


def trigger(source: Any) -> str:
    """A trigger that an acquisition can wait for."""
    name = one_of("trigger_source", source, SCOPE_TRIGGERS)
    if name == "off":
        raise BadArgument("trigger_source 'off' never triggers; use 'immediately'")
    return name


def gain(name: str, value: Any) -> float:
    """A gain; the library takes the nearest that the board has."""
    return number(name, value, -1e9, 1e9)


def no_derivative(value: Any) -> None:
    """PyRPL's PID has no derivative part in this release (pid.py: the register is commented out)."""
    if value not in (None, 0):
        raise BadArgument(f"d is {value!r}, but the PID of PyRPL has no derivative register: give 0, "
                         "or leave it out")


def bandwidths(value: Any) -> Union[float, List[float]]:
    """One bandwidth of the demodulator's low-pass filter, or one for each of its two stages, in Hz."""
    if isinstance(value, (list, tuple)):
        if not 1 <= len(value) <= 2:
            raise BadArgument(f"bandwidth is one number or two, not {len(value)}")
        return [number("bandwidth", each, 0, FREQUENCY_MOST, "Hz") for each in value]
    return number("bandwidth", value, 0, FREQUENCY_MOST, "Hz")


def duration_s(decimated: int) -> float:
    """How long the buffer is at a decimation."""
    return SAMPLE_S * decimated * SAMPLES


def acquire_s(timeout: Any, decimated: int) -> float:
    """How long an acquisition may take. Raises BadArgument when its buffer alone is longer."""
    seconds = number("timeout", timeout, 0, ACQUIRE_S_MOST, "s")
    needs = duration_s(decimated)
    if seconds < needs:
        raise BadArgument(f"at decimation {decimated} a trace takes {needs:.3g} s, longer than the timeout "
                         f"of {seconds:g} s: give it more, or a smaller decimation")
    return seconds

