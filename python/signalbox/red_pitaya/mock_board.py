"""A board that is computed: its outputs are wired to its inputs, out1 to in1 and out2 to in2."""

from __future__ import annotations

import array
import math
import random
import threading
import time
from typing import Any, Callable, Dict, List, Optional

from . import limits
from .board import Board, Sleep, Trace
from .pid import Pid
from .waveforms import Generator, Wave, clipped

#: Steps of the converters over 1 V.
_STEPS = 1 << (limits.BITS - 1)
#: Noise of an input, as its standard deviation in steps.
_NOISE_STEPS = 1.0
_NOISE_POINTS = 4096
#: A scope that waits for its trigger looks so often.
_LOOK_S = 0.02
_LOOK_POINTS = 2048
_HALVINGS = 40


class MockBoard(Board):
    """Generators, scope, PID, IQ and sampler that agree with each other. Its first generator is on, with
    1 kHz and 0.5 V at out1.

    :param seed: decides its noise
    :param clock: seconds that never go back
    """

    backend = "mock"

    def __init__(self, seed: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._epoch = clock()
        self._random = random.Random(seed)
        noise = [self._random.gauss(0, 1) for _ in range(_NOISE_POINTS)]
        self._noise = noise
        self._guard = threading.RLock()
        self._asgs = [Generator(noise) for _ in range(limits.ASGS)]
        self._pids = [Pid() for _ in range(limits.PIDS)]
        self._iqs: List[Dict[str, Any]] = [
            {"frequency": 1000.0, "bandwidth": 100.0, "input": "in1", "output_direct": "off"}
            for _ in range(limits.IQS)]
        self._asgs[0].output_direct = "out1"
        self._asgs[0].trigger_source = "immediately"

    def scope_acquire(self, decimation: int, trigger_source: str, input_channel: str,
                      timeout_s: float, sleep: Sleep) -> Trace:
        step = limits.SAMPLE_S * decimation
        duration = limits.duration_s(decimation)
        begun = self._now()
        if trigger_source == "immediately":
            first, zero = begun, 0.0
        else:
            # What is before the trigger has to be in the buffer when it comes.
            at = self._wait_for(trigger_source, input_channel, begun + duration / 2,
                                begun + timeout_s - duration / 2, step, sleep)
            first, zero = at - duration / 2, -duration / 2
        sleep(max(0.0, first + duration - self._now()))
        with self._guard:
            wave = self._wave(input_channel)
            noise_at = self._random.randrange(_NOISE_POINTS)
        return Trace(self._digitized(wave, first, step, noise_at),
                     array.array("d", [zero + step * each for each in range(limits.SAMPLES)]))

    def pid_setup(self, index: int, settings: Dict[str, Any]) -> None:
        with self._guard:
            self._integrate()
            for name, value in settings.items():
                setattr(self._pids[index], name, value)

    def pid_setpoint(self, index: int) -> float:
        return self._pids[index].setpoint

    def asg_setup(self, index: int, settings: Dict[str, Any]) -> None:
        with self._guard:
            self._integrate()
            for name, value in settings.items():
                setattr(self._asgs[index], name, value)
            self._asgs[index].started_s = self._now()

    def iq_setup(self, index: int, settings: Dict[str, Any]) -> None:
        with self._guard:
            self._iqs[index].update(settings)

    def iq_quadratures(self, index: int, sleep: Sleep) -> "tuple[float, float]":
        with self._guard:
            iq = self._iqs[index]
            seen = self._seen(iq["input"], iq["frequency"], _narrowest(iq["bandwidth"]), self._now())
            return -seen.imag + self._drawn() / 16, seen.real + self._drawn() / 16

    def sample(self, signal: str) -> float:
        with self._guard:
            self._integrate()
            volts = self._wave(signal)(self._now())
            return clipped(float(round((volts + self._drawn()) * _STEPS)) / _STEPS)

    def close(self) -> None:
        """There is nothing to let go."""

    def _now(self) -> float:
        return self._clock() - self._epoch

    def _drawn(self) -> float:
        return self._random.gauss(0, _NOISE_STEPS / _STEPS)

    def _digitized(self, wave: Wave, first: float, step: float, noise_at: int) -> "array.array[float]":
        noise = self._noise[noise_at:] + self._noise[:noise_at]
        lowest, highest, scale = -_STEPS, _STEPS - 1, 1 / _STEPS
        volts = array.array("f", bytes(4 * limits.SAMPLES))
        for each in range(limits.SAMPLES):
            value = round(wave(first + each * step) * _STEPS + noise[each % _NOISE_POINTS])
            volts[each] = (lowest if value < lowest else highest if value > highest else value) * scale
        return volts

    def _wave(self, signal: str, depth: int = 0) -> Wave:
        """A signal over time, with the settings as they are now."""
        if signal.startswith("asg"):
            return self._asgs[int(signal[3])].wave()
        if signal.startswith("pid"):
            return self._pid_wave(self._pids[int(signal[3])], depth)
        if signal in ("in1", "in2", "out1", "out2"):
            return self._output_wave(f"out{signal[-1]}", depth)
        if signal.startswith("iq"):
            iq = self._iqs[int(signal[2])]
            seen = self._seen(iq["input"], iq["frequency"], _narrowest(iq["bandwidth"]), self._now())
            # The board's own quadrature is the input times a sine of 1 V: half the amplitude.
            half = clipped((seen.real if signal.endswith("_2") else -seen.imag) / 2)
            return lambda _: half
        return lambda _: 0.0

    def _output_wave(self, output: str, depth: int) -> Wave:
        parts = [asg.wave() for asg in self._asgs if asg.output_direct in (output, "both")]
        parts += [self._pid_wave(pid, depth) for pid in self._pids if pid.output_direct in (output, "both")]
        if len(parts) == 1:
            one = parts[0]
            return lambda t: clipped(one(t))
        return lambda t: clipped(sum(part(t) for part in parts))

    def _pid_wave(self, pid: Pid, depth: int) -> Wave:
        settled = pid.output(self._mean(pid.input))
        if pid.p == 0 or depth > limits.PIDS:
            return lambda _: settled
        wave, mean = self._wave(pid.input, depth + 1), self._mean(pid.input)
        return lambda t: clipped(settled + pid.p * (wave(t) - mean))

    def _mean(self, signal: str, depth: int = 0) -> float:
        if signal.startswith("asg"):
            return self._asgs[int(signal[3])].mean()
        if signal.startswith("pid"):
            return self._pids[int(signal[3])].last_output
        if signal in ("in1", "in2", "out1", "out2"):
            output = f"out{signal[-1]}"
            parts = [asg.mean() for asg in self._asgs if asg.output_direct in (output, "both")]
            parts += [pid.last_output for pid in self._pids if pid.output_direct in (output, "both")]
            return clipped(sum(parts))
        return 0.0

    def _integrate(self) -> None:
        """Lets the PIDs go on from when they were looked at last."""
        now = self._now()
        for pid in self._pids:
            pid.advance(now, lambda pid=pid: self._mean(pid.input))  # type: ignore[misc]

    def _seen(self, signal: str, frequency: float, bandwidth: float, t: float) -> complex:
        if signal.startswith("asg"):
            return self._asgs[int(signal[3])].harmonic(frequency, bandwidth, t)
        if signal in ("in1", "in2", "out1", "out2"):
            output = f"out{signal[-1]}"
            return sum((asg.harmonic(frequency, bandwidth, t) for asg in self._asgs
                        if asg.output_direct in (output, "both")), 0j)
        return 0j

    def _wait_for(self, source: str, input_channel: str, earliest: float, latest: float,
                  step: float, sleep: Sleep) -> float:
        """When the trigger comes. Other programs may change what it waits for meanwhile."""
        while True:
            start = max(self._now(), earliest)
            with self._guard:
                found = self._trigger_after(source, input_channel, start, step)
            if found is not None and found <= latest:
                return found
            if start + _LOOK_S > latest:
                sleep(max(0.0, latest - self._now()))
                raise TimeoutError(f"nothing triggered the scope: no {source} came in time")
            sleep(start + _LOOK_S - self._now())

    def _trigger_after(self, source: str, input_channel: str, start: float, step: float) -> Optional[float]:
        if source in ("asg0", "asg1"):
            asg = self._asgs[int(source[3])]
            if not asg.runs or asg.frequency == 0:
                return None
            return asg.started_s + math.ceil((start - asg.started_s) * asg.frequency) / asg.frequency
        if not source.startswith("ch"):
            # Nothing is wired to the other sources.
            return None
        wave = self._wave(input_channel if source.startswith("ch1") else "in2")
        sign = 1 if source.endswith("positive_edge") else -1
        return (_crossing(wave, sign, start, step)
                or _crossing(wave, sign, start, _LOOK_S / _LOOK_POINTS))


def _narrowest(bandwidth: Any) -> float:
    return float(min(bandwidth) if isinstance(bandwidth, list) else bandwidth)


def _crossing(wave: Wave, sign: int, start: float, step: float) -> Optional[float]:
    """The first time from a start on at which a wave goes through 0 V, upwards for a sign of 1."""
    before = sign * wave(start)
    for each in range(1, _LOOK_POINTS + 1):
        after = sign * wave(start + each * step)
        if before < 0 <= after:
            low, high = start + (each - 1) * step, start + each * step
            for _ in range(_HALVINGS):
                middle = (low + high) / 2
                low, high = (low, middle) if sign * wave(middle) >= 0 else (middle, high)
            return high
        before = after
    return None
