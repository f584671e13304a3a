"""What a board does, whichever is behind it."""

from __future__ import annotations

import abc
from typing import Any, Callable, Dict, NamedTuple, Sequence

#: Waits so many seconds; raises when the call is taken back.
Sleep = Callable[[float], None]


class Trace(NamedTuple):
    """What the scope has seen: volts, and the seconds at which it saw them."""

    voltage: Sequence[float]
    time: Sequence[float]


class Board(abc.ABC):
    """A board. What it is given has been checked; calls for different modules may come from several
    threads at once."""

    #: ``mock`` or ``pyrpl``.
    backend: str

    @abc.abstractmethod
    def scope_acquire(self, decimation: int, trigger_source: str, input_channel: str,
                      timeout_s: float, sleep: Sleep) -> Trace:
        """One trace. Raises TimeoutError when nothing triggers it in time."""

    @abc.abstractmethod
    def pid_setup(self, index: int, settings: Dict[str, Any]) -> None:
        """Sets some of: input, output_direct, setpoint, p, i."""

    @abc.abstractmethod
    def pid_setpoint(self, index: int) -> float:
        """In volts."""

    @abc.abstractmethod
    def asg_setup(self, index: int, settings: Dict[str, Any]) -> None:
        """Sets some of: waveform, frequency, amplitude, offset, output_direct, trigger_source."""

    @abc.abstractmethod
    def iq_setup(self, index: int, settings: Dict[str, Any]) -> None:
        """Sets some of: frequency, bandwidth, input, output_direct."""

    @abc.abstractmethod
    def iq_quadratures(self, index: int, sleep: Sleep) -> "tuple[float, float]":
        """Amplitudes in phase with the demodulator's sine, and a quarter period ahead, in volts."""

    @abc.abstractmethod
    def sample(self, signal: str) -> float:
        """The value of a signal now, in volts."""

    @abc.abstractmethod
    def close(self) -> None:
        """Lets the board go."""
