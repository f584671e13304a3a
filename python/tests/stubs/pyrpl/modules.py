"""Hardware modules of the stub: each has the attributes of PyRPL's, with their kinds of values."""

import math
import threading
import time

DSP = ("in1", "in2", "out1", "out2", "iq0", "iq1", "iq2", "iq2_2", "pid0", "pid1", "pid2", "asg0", "asg1",
       "trig", "iir", "off")
OUTPUTS = ("off", "out1", "out2", "both")
SAMPLES = 2 ** 14


class Select:
    def __init__(self, default, options):
        self.default, self.options = default, options

    def __call__(self, value):
        if value not in self.options:
            raise ValueError(f"{value} is none of {self.options}")
        return value


class Number:
    """PyRPL takes what is beyond the limits for the nearest that there is."""

    def __init__(self, default, least=-math.inf, most=math.inf):
        self.default, self.least, self.most = default, least, most

    def __call__(self, value):
        return min(self.most, max(self.least, float(value)))


class Switch:
    default = False

    def __call__(self, value):
        return bool(value)


class Filter:
    default = [0.0]

    def __call__(self, value):
        return [float(each) for each in (value if hasattr(value, "__iter__") else [value])]


def _one_at_a_time(run):
    """PyRPL has one connection, and no lock around it."""
    def guarded(module, *arguments, **named):
        if not module._red_pitaya_busy.acquire(blocking=False):
            raise RuntimeError("two threads use PyRPL at the same time")
        try:
            time.sleep(0.0002)
            return run(module, *arguments, **named)
        finally:
            module._red_pitaya_busy.release()
    return guarded


_busy = threading.RLock()


class Module:
    attributes = {}
    #: Attributes that setup() does not take.
    not_in_setup = ()

    def __init__(self, rp):
        values = {name: kind.default for name, kind in self.attributes.items()}
        self.__dict__.update(_rp=rp, _values=values, _red_pitaya_busy=_busy, setups=[])

    @_one_at_a_time
    def _read(self, name):
        return self._values[name]

    @_one_at_a_time
    def _write(self, name, value):
        self._values[name] = self.attributes[name](value)

    def __getattr__(self, name):
        if name.startswith("__") or name not in self.attributes:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return self._read(name)

    def __setattr__(self, name, value):
        if name not in self.attributes:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        self._write(name, value)

    def setup(self, **attributes):
        self.setups.append(attributes)
        for name, value in attributes.items():
            # PyRPL writes a warning, and leaves the attribute as it is.
            if name not in self.attributes or name in self.not_in_setup:
                raise ValueError(f"{name} is no attribute that setup takes")
            setattr(self, name, value)


class Asg(Module):
    attributes = {
        "waveform": Select("sin", ("sin", "cos", "ramp", "halframp", "square", "dc", "noise")),
        "amplitude": Number(0, 0, 1), "offset": Number(0, -1, 1), "frequency": Number(0, 0, 62.5e6),
        "trigger_source": Select("off", ("off", "immediately", "ext_positive_edge", "ext_negative_edge",
                                         "ext_raw", "high")),
        "output_direct": Select("off", OUTPUTS), "start_phase": Number(0), "cycles_per_burst": Number(0),
    }


class Pid(Module):
    attributes = {
        "input": Select("in1", DSP), "output_direct": Select("off", OUTPUTS), "setpoint": Number(0, -1, 1),
        "p": Number(0), "i": Number(0), "ival": Number(0, -4, 4), "inputfilter": Filter(),
        "max_voltage": Number(1, -1, 1), "min_voltage": Number(-1, -1, 1),
        "pause_gains": Select("off", ("off", "i", "p", "pi", "d", "id", "pd", "pid")), "paused": Switch(),
        "differential_mode_enabled": Switch(),
    }
    not_in_setup = ("ival",)


class Iq(Module):
    attributes = {
        "input": Select("in1", DSP), "output_direct": Select("off", OUTPUTS), "frequency": Number(0, 0, 62.5e6),
        "bandwidth": Filter(), "acbandwidth": Filter(), "quadrature_factor": Number(1), "gain": Number(0),
        "amplitude": Number(0, 0, 1), "phase": Number(0),
        "output_signal": Select("quadrature", ("quadrature", "output_direct", "pfd", "off", "quadrature_hf")),
        "modulation_at_2f": Select("off", ("off", "on")), "demodulation_at_2f": Select("off", ("off", "on")),
    }


class Sampler(Module):
    """A demodulator sees 0.4 V, 30 degrees ahead of it; in1 is 0.25 V."""

    attributes = {name: Number(0) for name in DSP}

    def _read(self, name):
        if name.startswith("iq"):
            iq = getattr(self._rp, name[:3])
            if iq.output_signal != "quadrature":
                return 0.0
            return iq.quadrature_factor * 0.2 * math.cos(math.radians(iq.phase - 30))
        return 0.25 if name == "in1" else 0.0


class Scope(Module):
    """It sees a wave of 0.5 V that has 8 periods in its buffer; sources but `immediately` and those of
    `ch1` never trigger it."""

    attributes = {
        "input1": Select("in1", DSP), "input2": Select("in2", DSP),
        "decimation": Select(2 ** 13, tuple(2 ** power for power in range(17))),
        "trigger_source": Select("immediately", (
            "off", "immediately", "ch1_positive_edge", "ch1_negative_edge", "ch2_positive_edge",
            "ch2_negative_edge", "ext_positive_edge", "ext_negative_edge", "asg0", "asg1", "dsp")),
        "trigger_delay": Number(0), "threshold": Number(0, -1, 1), "hysteresis": Number(0, -1, 1),
        "average": Switch(), "rolling_mode": Switch(), "trace_average": Number(1), "run_continuous": Switch(),
    }
    not_in_setup = ("decimation",)

    def __init__(self, rp):
        super().__init__(rp)
        self.__dict__.update(stops=0)

    @property
    def duration(self):
        return 8e-9 * self.decimation * SAMPLES

    @property
    def times(self):
        first = 0 if self.trigger_source == "immediately" else -self.duration / 2
        step = self.duration / SAMPLES
        return [first + step * each for each in range(SAMPLES)]

    def single_async(self):
        return Run(self)

    def stop(self):
        self.__dict__["stops"] += 1


class Run:
    """A future that goes on only while PyRPL's loop runs."""

    under_way = []

    def __init__(self, scope):
        self._triggers = scope.trigger_source == "immediately" or scope.trigger_source.startswith("ch1")
        self._left_s = scope.duration
        self._done = False
        self.under_way.append(self)

    def done(self):
        return self._done

    def go_on(self, seconds):
        self._left_s -= seconds
        if self._triggers and self._left_s <= 0:
            self._done = True

    def result(self):
        if not self._done:
            raise RuntimeError("no result yet")
        wave = [0.5 * math.sin(2 * math.pi * 8 * each / SAMPLES) for each in range(SAMPLES)]
        return [wave, [0.0] * SAMPLES]
