"""The commands that a host may send, with their checks. Commands for one module follow each other;
those for different modules go side by side."""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, Optional

from .. import worker as worker_module
from ..worker import Call, Worker
from . import limits
from .board import Board

#: The scope as it is until somebody sets it.
DECIMATION = 64
TRIGGER = "immediately"
TIMEOUT_S = 5.0


class Commands:
    """One board for all who ask. It is connected when it is first needed, and again after a failure.

    :param connect: gives the board; takes as long as it takes
    """

    def __init__(self, connect: Callable[[], Board]) -> None:
        self._connect = connect
        self._connecting = threading.Lock()
        self._board: Optional[Board] = None
        self._decimation = DECIMATION
        self._trigger = TRIGGER

    def add_to(self, worker: Worker) -> None:
        """Lets a host call them."""
        worker.function(lambda: "pong", name="ping")
        worker.function(self.connect, group="connect")
        worker.function(self.shutdown(worker), name="shutdown")
        for group in ("scope", "pid", "asg", "iq", "sampler"):
            for name in dir(self):
                if name.startswith(f"{group}_"):
                    worker.function(getattr(self, name), name=name, group=group)

    def connect(self) -> Dict[str, Any]:
        """Connects to the board, unless it is connected, and tells what is behind the commands."""
        return {"backend": self._ready().backend}

    def shutdown(self, worker: Worker) -> Callable[[], str]:
        """Ends the worker when what is under way has ended."""
        def end() -> str:
            worker.drain()
            return "shutting down"

        return end

    def close(self) -> None:
        """Lets the board go."""
        if self._board is not None:
            self._board.close()

    def scope_acquire(self, call: Call, decimation: Optional[int] = None,
                      trigger_source: Optional[str] = None, input_channel: str = "in1",
                      timeout: float = TIMEOUT_S) -> Dict[str, Any]:
        """One trace: `voltage` in V and `time` in s, counted from the trigger.

        Without decimation and trigger_source it takes those that were set before: 64 and `immediately`
        where nobody has. `ch1_…` means the input that is acquired, `ch2_…` in2. timeout is in s.
        """
        decimated = limits.decimation(self._decimation if decimation is None else decimation)
        source = limits.trigger(self._trigger if trigger_source is None else trigger_source)
        signal = limits.one_of("input_channel", input_channel, limits.DSP_INPUTS)
        seconds = limits.acquire_s(timeout, decimated)
        trace = self._ready().scope_acquire(decimated, source, signal, seconds, call.sleep)
        return {"voltage": trace.voltage, "time": trace.time}

    def scope_set_decimation(self, value: int) -> None:
        """What an acquisition uses that names none: a power of two from 1 to 65536."""
        self._decimation = limits.decimation(value)

    def scope_set_trigger(self, source: str) -> None:
        """What an acquisition waits for that names none."""
        self._trigger = limits.trigger(source)

    def pid_set_setpoint(self, channel: Any, value: float) -> None:
        """In V. channel is 0 to 2, or `pid0` to `pid2`."""
        which = limits.index("pid", limits.PIDS, channel)
        setpoint = limits.number("setpoint", value, -limits.VOLTS_MOST, limits.VOLTS_MOST, "V")
        self._ready().pid_setup(which, {"setpoint": setpoint})

    def pid_get_setpoint(self, channel: Any) -> float:
        """In V."""
        which = limits.index("pid", limits.PIDS, channel)
        return self._ready().pid_setpoint(which)

    def pid_configure(self, channel: Any, p: Optional[float] = None, i: Optional[float] = None,
                      d: Optional[float] = None, setpoint: Optional[float] = None,
                      input: Optional[str] = None, output_direct: Optional[str] = None) -> None:
        """Sets what is given. i is the frequency at which the integrator has a gain of 1, in Hz; d is 0,
        because PyRPL has no derivative part."""
        which = limits.index("pid", limits.PIDS, channel)
        limits.no_derivative(d)
        settings = _given(
            input=_name("input", input, limits.DSP_INPUTS),
            output_direct=_name("output_direct", output_direct, limits.OUTPUTS),
            setpoint=_number("setpoint", setpoint, -limits.VOLTS_MOST, limits.VOLTS_MOST, "V"),
            p=None if p is None else limits.gain("p", p),
            i=None if i is None else limits.gain("i", i))
        self._ready().pid_setup(which, settings)

    def asg_setup(self, channel: Any, waveform: Optional[str] = None, frequency: Optional[float] = None,
                  amplitude: Optional[float] = None, offset: Optional[float] = None,
                  output_direct: Optional[str] = None, trigger_source: str = "immediately") -> None:
        """Sets what is given, and starts the generator. channel is 0 or 1, or `asg0` or `asg1`."""
        which = limits.index("asg", limits.ASGS, channel)
        settings = _given(
            waveform=_name("waveform", waveform, limits.WAVEFORMS),
            frequency=_number("frequency", frequency, 0, limits.FREQUENCY_MOST, "Hz"),
            amplitude=_number("amplitude", amplitude, 0, limits.VOLTS_MOST, "V"),
            offset=_number("offset", offset, -limits.VOLTS_MOST, limits.VOLTS_MOST, "V"),
            output_direct=_name("output_direct", output_direct, limits.OUTPUTS),
            trigger_source=_name("trigger_source", trigger_source, limits.ASG_TRIGGERS))
        self._ready().asg_setup(which, settings)

    def iq_setup(self, channel: Any, frequency: Optional[float] = None, bandwidth: Any = None,
                 input: Optional[str] = None, output_direct: Optional[str] = None) -> None:
        """Sets what is given. channel is 0 to 2, or `iq0` to `iq2`; frequency and bandwidth in Hz."""
        which = limits.index("iq", limits.IQS, channel)
        settings = _given(
            frequency=_number("frequency", frequency, 0, limits.FREQUENCY_MOST, "Hz"),
            bandwidth=None if bandwidth is None else limits.bandwidths(bandwidth),
            input=_name("input", input, limits.DSP_INPUTS),
            output_direct=_name("output_direct", output_direct, limits.OUTPUTS))
        self._ready().iq_setup(which, settings)

    def iq_get_quadratures(self, call: Call, channel: Any) -> Dict[str, float]:
        """`i` and `q`: the amplitudes in phase with the demodulator's sine and with its cosine, in V."""
        which = limits.index("iq", limits.IQS, channel)
        in_phase, quarter = self._ready().iq_quadratures(which, call.sleep)
        return {"i": in_phase, "q": quarter}

    def sampler_read(self, channel: str) -> float:
        """The value of a signal now, in V."""
        signal = limits.one_of("channel", channel, limits.DSP_INPUTS)
        return self._ready().sample(signal)

    def _ready(self) -> Board:
        board = self._board
        if board is not None:
            return board
        with self._connecting:
            if self._board is None:
                self._board = self._connect()
            return self._board


def serve(commands: Commands, name: str) -> None:
    """Answers a host until it has enough."""
    commands.add_to(worker_module.default)
    worker_module.serve(name=name)


def _given(**settings: Any) -> Dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _name(name: str, value: Optional[str], names: Any) -> Optional[str]:
    return None if value is None else limits.one_of(name, value, names)


def _number(name: str, value: Optional[float], least: float, most: float, unit: str) -> Optional[float]:
    return None if value is None else limits.number(name, value, least, most, unit)
