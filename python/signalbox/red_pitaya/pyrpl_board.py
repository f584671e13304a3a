"""A real board, through PyRPL. Only what PyRPL offers for the public is used."""

from __future__ import annotations

import importlib
import time
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar

from . import limits
from .board import Board, Sleep, Trace

Result = TypeVar("Result")
#: Carries out a step where, and when, PyRPL may be called.
Do = Callable[..., Any]

#: A connection that fails for want of the network is tried so often.
ATTEMPTS = 3
#: And so long after each other, in seconds.
PAUSE_S = 2.0
#: A scope under way is looked at so often, in seconds.
_LOOK_S = 0.005
#: PyRPL's coroutines go on for so long each time that it is looked at.
_PUMP_S = 0.001
#: A filter has settled after so many of its time constants.
_SETTLED = 6
_SETTLE_S_MOST = 30.0
_QUARTER_DEGREES = 90.0


class PyrplBoard(Board):
    """Drives a board.

    :param do: carries out each step; steps are short, so that a scope which waits for its trigger
        keeps nobody else waiting
    """

    backend = "pyrpl"

    def __init__(self, hostname: str, config_name: str, port: int, do: Do,
                 pause: Callable[[float], None] = time.sleep) -> None:
        self._do = do
        self._rp, self._pyrpl = connect(hostname, config_name, port, do, pause)
        self._async = importlib.import_module("pyrpl.async_utils")

    def scope_acquire(self, decimation: int, trigger_source: str, input_channel: str,
                      timeout_s: float, sleep: Sleep) -> Trace:
        until = time.monotonic() + timeout_s
        future = self._do(self._begin, decimation, trigger_source, input_channel)
        try:
            while not self._do(self._is_done, future):
                if time.monotonic() >= until:
                    raise TimeoutError(f"nothing triggered the scope: no {trigger_source} came in time")
                sleep(_LOOK_S)
            return self._do(self._trace, future)  # type: ignore[no-any-return]
        finally:
            self._do(self._finish, future)

    def pid_setup(self, index: int, settings: Dict[str, Any]) -> None:
        self._do(lambda: self._module("pid", index).setup(**settings))

    def pid_setpoint(self, index: int) -> float:
        return float(self._do(lambda: self._module("pid", index).setpoint))

    def asg_setup(self, index: int, settings: Dict[str, Any]) -> None:
        self._do(lambda: self._module("asg", index).setup(**settings))

    def iq_setup(self, index: int, settings: Dict[str, Any]) -> None:
        # The quadrature is what the sampler can see of a demodulator.
        self._do(lambda: self._module("iq", index).setup(
            output_signal="quadrature", quadrature_factor=1.0, **settings))

    def iq_quadratures(self, index: int, sleep: Sleep) -> Tuple[float, float]:
        """PyRPL has no attribute for either. The sampler sees the one in phase; for the other, the
        phase is turned by a quarter, and back."""
        iq = self._module("iq", index)
        signal = f"iq{index}"
        phase, settle_s = self._do(lambda: (float(iq.phase), _settle_s(iq.bandwidth)))
        in_phase = self.sample(signal)
        try:
            self._do(lambda: setattr(iq, "phase", (phase + _QUARTER_DEGREES) % 360))
            sleep(settle_s)
            quarter = self.sample(signal)
        finally:
            self._do(lambda: setattr(iq, "phase", phase))
        sleep(settle_s)
        # The input times a sine of 1 V: half the amplitude.
        return 2 * in_phase, 2 * quarter

    def sample(self, signal: str) -> float:
        return float(self._do(lambda: getattr(self._rp.sampler, signal)))

    def close(self) -> None:
        self._do(lambda: self._pyrpl._clear())

    def _module(self, kind: str, index: int) -> Any:
        return getattr(self._rp, f"{kind}{index}")

    def _begin(self, decimation: int, trigger_source: str, input_channel: str) -> Any:
        scope = self._rp.scope
        scope.setup(input1=input_channel, trigger_source=trigger_source, trigger_delay=0,
                    rolling_mode=False, trace_average=1, run_continuous=False)
        # Not one of the attributes that setup takes: it would pass it over without an error.
        scope.decimation = decimation
        return scope.single_async()

    def _is_done(self, future: Any) -> bool:
        self._async.sleep(_PUMP_S)
        return bool(future.done())

    def _trace(self, future: Any) -> Trace:
        first, _ = future.result()
        return Trace(_numbers(first, "f"), _numbers(self._rp.scope.times, "d"))

    def _finish(self, future: Any) -> None:
        if not future.done():
            self._rp.scope.stop()


def connect(hostname: str, config_name: str, port: int, do: Do,
            pause: Callable[[float], None]) -> Tuple[Any, Any]:
    """Connects, and loads PyRPL's image into the board, which takes 5 to 7 s the first time.

    Raises RuntimeError with what is wrong and what to do.
    """
    failure: Optional[BaseException] = None
    for attempt in range(ATTEMPTS):
        if attempt > 0:
            pause(PAUSE_S)
        try:
            # Its image has to be loaded: with the one of the SCPI server nothing else works.
            pyrpl = do(lambda: importlib.import_module("pyrpl").Pyrpl(
                config=config_name, hostname=hostname, port=port, gui=False, modules=[]))
            return pyrpl.rp, pyrpl
        except ImportError as error:
            raise RuntimeError(f"PyRPL is not to be had in this Python ({error}); install it there with "
                               "pip install pyrpl, or use the mock mode") from error
        except Exception as error:
            if not is_network_error(error):
                raise
            failure = error
    text = str(failure).strip() or type(failure).__name__
    raise RuntimeError(f"{hostname}: no connection in {ATTEMPTS} attempts: {text}") from failure


def is_network_error(error: BaseException) -> bool:
    """Whether trying again may help: the system's own errors, paramiko's, and PyRPL's for both."""
    names = {each.__name__ for each in type(error).__mro__}
    return isinstance(error, (OSError, EOFError)) or bool(names & {"SSHException", "ExpectedPyrplError"})


def _settle_s(bandwidth: Any) -> float:
    """How long the low-pass filters of a demodulator take to follow."""
    stages = [abs(float(each)) for each in (bandwidth if hasattr(bandwidth, "__iter__") else [bandwidth])]
    slowest = min((each for each in stages if each > 0), default=limits.FREQUENCY_MOST)
    return min(_SETTLE_S_MOST, _SETTLED / (6.283 * slowest))


def _numbers(values: Any, code: str) -> Any:
    """An array that goes over the wire as its bytes."""
    import array

    return array.array(code, [float(each) for each in values])
