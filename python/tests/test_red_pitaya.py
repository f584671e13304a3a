"""A Red Pitaya behind the worker: computed, and through PyRPL's surface."""

import importlib
import json
import math
import os
import subprocess
import sys
import threading
import time
import unittest

from signalbox.red_pitaya.commands import Commands
from signalbox.red_pitaya.main_thread import MainThread
from signalbox.red_pitaya.mock_board import MockBoard
from signalbox.red_pitaya.pyrpl_board import PyrplBoard
from signalbox.worker import Cancelled

PYTHON = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STUBS = os.path.join(PYTHON, "tests", "stubs")


class FakeCall:
    """A call whose waits take no time: they move the clock."""

    def __init__(self, clock=None):
        self.clock = clock
        self.slept = 0.0

    def sleep(self, seconds):
        self.slept += seconds
        if self.clock is not None:
            self.clock.now += seconds


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Mock(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()
        self.call = FakeCall(self.clock)
        self.commands = Commands(lambda: MockBoard(clock=self.clock))

    def acquire(self, **settings):
        return self.commands.scope_acquire(self.call, **settings)

    def test_the_scope_sees_what_the_generator_gives(self):
        self.commands.asg_setup("asg0", "sin", 10_000, 0.4, 0.1, "out1")
        trace = self.acquire(decimation=8, trigger_source="ch1_positive_edge")
        voltage, times = trace["voltage"], trace["time"]
        self.assertEqual((len(voltage), len(times)), (16384, 16384))
        self.assertAlmostEqual(times[1] - times[0], 64e-9)
        self.assertAlmostEqual(times[8192], 0)
        # At the trigger it goes through 0 V upwards: 0.1 V are its offset.
        phase = math.asin(-0.1 / 0.4)
        for at in range(0, 16384, 97):
            expected = 0.1 + 0.4 * math.sin(2 * math.pi * 10_000 * times[at] + phase)
            self.assertAlmostEqual(voltage[at], expected, delta=0.002)

    def test_a_longer_decimation_makes_the_same_wave_longer(self):
        def periods(decimation):
            voltage = self.acquire(decimation=decimation)["voltage"]
            signs = [each > 0 for each in voltage[::4] if abs(each) > 0.01]
            return sum(1 for one, other in zip(signs, signs[1:]) if one != other) / 2
        self.assertAlmostEqual(periods(64), 8.4, delta=0.6)
        self.assertAlmostEqual(periods(128), 16.8, delta=0.6)

    def test_volts_are_clipped_and_have_fourteen_bits(self):
        self.commands.asg_setup(0, "square", 1000, 1, 0.5, "out1")
        voltage = self.acquire()["voltage"]
        self.assertLessEqual(max(voltage), 1 - 1 / 8192)
        self.assertGreater(max(voltage), 0.99)
        self.assertAlmostEqual(min(voltage), -0.5, delta=0.002)
        self.assertTrue(all((each * 8192).is_integer() for each in voltage))
        self.assertGreater(len(set(voltage)), 4, "there is noise")

    def test_nothing_is_on_the_other_input_until_something_is_put_out_there(self):
        self.assertLess(max(map(abs, self.acquire(input_channel="in2")["voltage"])), 0.002)
        self.commands.asg_setup("asg1", "dc", 0, 0, -0.25, "out2")
        self.assertAlmostEqual(self.acquire(input_channel="in2")["voltage"][5], -0.25, delta=0.002)

    def test_a_trigger_that_does_not_come_ends_the_wait(self):
        for source in ("ext_positive_edge", "dsp", "ch2_positive_edge"):
            began = self.clock.now
            with self.assertRaisesRegex(TimeoutError, source):
                self.acquire(trigger_source=source, timeout=2)
            self.assertAlmostEqual(self.clock.now - began, 2, delta=0.1)

    def test_what_was_set_is_used_where_nothing_else_is_said(self):
        self.commands.scope_set_decimation(1024)
        self.commands.scope_set_trigger("ch1_negative_edge")
        trace = self.acquire()
        self.assertAlmostEqual(trace["time"][1] - trace["time"][0], 8e-9 * 1024)
        self.assertLess(trace["time"][0], 0)
        self.assertGreater(trace["voltage"][8180], trace["voltage"][8204])

    def test_the_demodulator_computes_what_is_at_its_input(self):
        def amplitude(frequency):
            self.commands.iq_setup("iq0", frequency, 100, "in1", "off")
            both = self.commands.iq_get_quadratures(self.call, "iq0")
            return math.hypot(both["i"], both["q"])
        self.commands.asg_setup(0, "sin", 5_000, 0.6, 0, "out1")
        self.assertAlmostEqual(amplitude(5_000), 0.6, delta=0.002)
        self.assertAlmostEqual(amplitude(5_100), 0.6 / math.sqrt(2), delta=0.01)
        self.assertLess(amplitude(7_500), 0.05)
        self.commands.asg_setup(0, "square", 5_000, 0.6, 0, "out1")
        self.assertAlmostEqual(amplitude(15_000), 0.6 * 4 / math.pi / 3, delta=0.005)

    def test_an_integrator_integrates_and_saturates(self):
        self.commands.asg_setup(0, "dc", 0, 0, 0.1, "out1")
        self.commands.pid_configure("pid0", p=0, i=1, setpoint=0, input="in1")
        self.clock.now += 0.5
        self.assertAlmostEqual(self.commands.sampler_read("pid0"), 2 * math.pi * 0.1 * 0.5, delta=0.003)
        self.clock.now += 100
        self.assertAlmostEqual(self.commands.sampler_read("pid0"), 1, delta=0.001)

    def test_a_closed_loop_settles_at_its_setpoint(self):
        self.commands.asg_setup(0, "dc", 0, 0, 0.3, "out1")
        self.commands.pid_configure("pid1", p=0, i=-10, setpoint=0.1, input="in1", output_direct="out1")
        self.clock.now += 5
        self.assertAlmostEqual(self.commands.sampler_read("in1"), 0.1, delta=0.01)
        self.assertEqual(self.commands.pid_get_setpoint("pid1"), 0.1)
        self.assertEqual(self.commands.pid_get_setpoint(0), 0.0)


class Limits(unittest.TestCase):
    """Each is refused before the board is asked, which here would fail otherwise."""

    REFUSED = [
        ("scope_set_decimation", {"value": 3}, "power of two from 1 to 65536, not 3"),
        ("scope_set_decimation", {"value": 131072}, "65536"),
        ("scope_set_trigger", {"source": "ch3_positive_edge"}, "which has off, immediately"),
        ("scope_acquire", {"trigger_source": "off"}, "never triggers"),
        ("scope_acquire", {"input_channel": "in3"}, "in3"),
        ("scope_acquire", {"decimation": 65536, "timeout": 5}, "8.59 s, longer than the timeout of 5 s"),
        ("scope_acquire", {"timeout": math.nan}, "timeout is a number"),
        ("asg_setup", {"channel": 0, "waveform": "triangle"}, "'triangle' is not known to PyRPL.*'ramp'"),
        ("asg_setup", {"channel": 0, "frequency": 62.6e6}, "0 to 6.25e\\+07 Hz"),
        ("asg_setup", {"channel": 0, "amplitude": 1.1}, "amplitude is 0 to 1 V"),
        ("asg_setup", {"channel": 0, "amplitude": True}, "amplitude is a number"),
        ("asg_setup", {"channel": 0, "offset": -1.1}, "offset is -1 to 1 V"),
        ("asg_setup", {"channel": 2}, "none of asg0, asg1"),
        ("asg_setup", {"channel": 0, "output_direct": "out3"}, "off, out1, out2, both"),
        ("pid_configure", {"channel": "pid0", "d": 0.1}, "no derivative register"),
        ("pid_configure", {"channel": "pid3"}, "pid0, pid1, pid2"),
        ("pid_configure", {"channel": 0, "input": "in7"}, "in7"),
        ("pid_set_setpoint", {"channel": 0, "value": 2}, "setpoint is -1 to 1 V"),
        ("iq_setup", {"channel": "iq0", "frequency": -1}, "frequency"),
        ("iq_setup", {"channel": "iq0", "bandwidth": [1, 2, 3]}, "one number or two"),
        ("sampler_read", {"channel": "adc"}, "adc"),
    ]

    def test_what_the_board_cannot_do_is_refused_with_what_it_can(self):
        def never():
            raise AssertionError("the board was asked")
        commands = Commands(never)
        for name, arguments, text in self.REFUSED:
            function = getattr(commands, name)
            extra = {"call": FakeCall()} if name in ("scope_acquire", "iq_get_quadratures") else {}
            with self.subTest(name=name, arguments=arguments):
                with self.assertRaisesRegex(ValueError, text):
                    function(**arguments, **extra)

    def test_no_derivative_is_no_error(self):
        Commands(MockBoard).pid_configure("pid0", p=1, i=0, d=0)


class Pyrpl(unittest.TestCase):
    """The real backend on PyRPL's surface."""

    def setUp(self):
        sys.path.insert(0, STUBS)
        self.addCleanup(sys.path.remove, STUBS)
        self.pyrpl = importlib.import_module("pyrpl")
        self.pyrpl.failures = 0
        self.pyrpl.made.clear()
        self.main = MainThread()
        thread = threading.Thread(target=self.main.run)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.main.end)
        self.pauses = []
        self.commands = Commands(self.connect)
        self.call = FakeCall()

    def connect(self):
        return PyrplBoard("rp.local", "lab", 2222, self.main.do, self.pauses.append)

    @property
    def rp(self):
        return self.commands._board._rp

    def test_a_trace_comes_from_the_scope(self):
        self.call.sleep = time.sleep
        trace = self.commands.scope_acquire(self.call, 64, "ch1_positive_edge", "in2", 5)
        self.assertAlmostEqual(trace["voltage"][512], 0.5, delta=1e-6)
        self.assertEqual(len(trace["time"]), 16384)
        self.assertEqual((self.rp.scope.input1, self.rp.scope.decimation), ("in2", 64))
        self.assertEqual(self.pyrpl.made, [{"hostname": "rp.local", "port": 2222, "gui": False, "modules": []}])

    def test_settings_reach_the_modules(self):
        self.commands.asg_setup("asg1", "ramp", 1e6, 0.5, 0.1, "out2", "immediately")
        self.assertEqual(self.rp.asg1.waveform, "ramp")
        self.commands.pid_configure("pid2", 1, 10, 0, 0.2, "in1", "out1")
        self.assertEqual((self.rp.pid2.p, self.rp.pid2.i, self.rp.pid2.setpoint), (1, 10, 0.2))
        self.assertEqual(self.commands.pid_get_setpoint("pid2"), 0.2)
        self.commands.pid_set_setpoint(2, -0.2)
        self.assertEqual(self.commands.pid_get_setpoint(2), -0.2)
        self.assertEqual(self.commands.sampler_read("in1"), 0.25)

    def test_both_quadratures_are_found_though_pyrpl_has_no_attribute_for_them(self):
        self.commands.iq_setup("iq1", 25e6, [10e3, 20e3], "in1", "off")
        both = self.commands.iq_get_quadratures(self.call, "iq1")
        self.assertAlmostEqual(both["i"], 0.4 * math.cos(math.radians(30)))
        self.assertAlmostEqual(both["q"], 0.4 * math.sin(math.radians(30)))
        self.assertEqual(self.rp.iq1.phase, 0)

    def test_the_phase_is_turned_back_when_the_call_is_taken_back(self):
        self.commands.iq_setup("iq1", 25e6, 10e3, "in1", "off")

        def taken_back(_):
            raise Cancelled()
        self.call.sleep = taken_back
        with self.assertRaises(Cancelled):
            self.commands.iq_get_quadratures(self.call, "iq1")
        self.assertEqual(self.rp.iq1.phase, 0)

    def test_a_scope_that_waits_keeps_no_generator_waiting(self):
        self.call.sleep = time.sleep
        self.commands.connect()
        failures = []

        def acquire():
            try:
                self.commands.scope_acquire(self.call, 64, "ext_positive_edge", "in1", 1)
            except TimeoutError as error:
                failures.append(error)
        thread = threading.Thread(target=acquire)
        thread.start()
        for frequency in range(100):
            self.commands.asg_setup(0, frequency=frequency)
            self.commands.sampler_read("in1")
        self.assertTrue(thread.is_alive())
        thread.join()
        self.assertEqual(len(failures), 1)
        self.assertEqual(self.rp.scope.stops, 1)

    def test_what_the_stub_lacks_pyrpl_lacks(self):
        self.commands.connect()
        with self.assertRaises(AttributeError):
            self.rp.pid0.d = 0.1
        with self.assertRaises(AttributeError):
            self.rp.iq0.quadrature_i
        with self.assertRaises(ValueError):
            self.rp.asg0.waveform = "triangle"
        with self.assertRaises(ValueError):
            self.rp.pid0.setup(d=0)

    def test_a_network_that_fails_is_tried_three_times(self):
        self.pyrpl.failures = 2
        self.assertEqual(self.commands.connect(), {"backend": "pyrpl"})
        self.assertEqual(self.pauses, [2.0, 2.0])

    def test_a_network_that_fails_always_is_told_and_may_come_back(self):
        self.pyrpl.failures = 3
        with self.assertRaisesRegex(RuntimeError, "rp.local: no connection in 3 attempts: could not connect"):
            self.commands.connect()
        self.assertEqual(self.commands.sampler_read("in1"), 0.25)

    def test_what_is_no_matter_of_the_network_is_not_tried_again(self):
        os.environ["SIGNALBOX_STUB_FAILURE"] = "ValueError"
        self.addCleanup(os.environ.pop, "SIGNALBOX_STUB_FAILURE")
        self.pyrpl.failures = 1
        with self.assertRaises(ValueError):
            self.commands.connect()
        self.assertEqual(self.pauses, [])

    def test_the_board_is_let_go(self):
        self.commands.connect()
        rp = self.rp
        self.commands.close()
        self.assertTrue(rp.cleared)


class Program(unittest.TestCase):
    """The program that a gateway starts."""

    def run_calls(self, arguments, calls, python_path=PYTHON):
        lines = "".join(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}) + "\n"
                        for id, (method, params) in enumerate(calls))
        environment = {**os.environ, "PYTHONPATH": python_path}
        process = subprocess.Popen([sys.executable, "-m", "signalbox.red_pitaya", *arguments],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        with process.stdin, process.stdout:
            process.stdin.write(lines.encode())
            process.stdin.flush()
            json.loads(process.stdout.readline())
            answers = {}
            while len(answers) < len(calls):
                answer = json.loads(process.stdout.readline())
                process.stdout.read(sum(answer.get("$binary", [])))
                answers[answer["id"]] = answer
            code = process.wait(timeout=20)
        return answers, code

    def test_answers_and_ends_when_it_is_told_to(self):
        answers, code = self.run_calls(["--mock"], [
            ("ping", {}), ("connect", {}), ("scope_acquire", {"decimation": 1}), ("shutdown", {})])
        self.assertEqual(answers[0]["result"], "pong")
        self.assertEqual(answers[1]["result"], {"backend": "mock"})
        self.assertEqual(answers[2]["$binary"], [65536, 131072])
        self.assertEqual(answers[3]["result"], "shutting down")
        self.assertEqual(code, 0)

    def test_without_pyrpl_it_says_what_to_do(self):
        answers, _ = self.run_calls(["--hostname", "rp.local"], [("connect", {}), ("shutdown", {})])
        self.assertIn("pip install pyrpl", answers[0]["error"]["message"])

    def test_drives_pyrpl_on_the_main_thread(self):
        answers, code = self.run_calls(["--hostname", "rp.local"], [
            ("sampler_read", {"channel": "in1"}), ("shutdown", {})], f"{PYTHON}{os.pathsep}{STUBS}")
        self.assertEqual(answers[0].get("result"), 0.25, answers)
        self.assertEqual(code, 0)
