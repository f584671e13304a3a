"""The client at a real gateway with simulated instruments; SIGNALBOX_URL says where it is."""

import math
import os
import subprocess
import sys
import threading
import time
import unittest

from signalbox import SignalboxError, connect

HOLDER = """
import sys, time
from signalbox import connect
lease = connect(program="holder").lease(instrument=sys.argv[1], hold_s=3)
print("held", flush=True)
time.sleep(600)
"""

ADDER = """
import sys
from signalbox import connect
with connect(program=f"adder {sys.argv[1]}") as laboratory:
    for _ in range(int(sys.argv[2])):
        with laboratory.instrument("five").lease(wait_s=60) as five:
            five.write("setpoint", five.read("setpoint") + 1)
"""


class Gateway(unittest.TestCase):
    def setUp(self):
        self.client = connect(program="tests of the client")
        self.addCleanup(self.client.close)
        self.three = self.client.instrument("three")

    def fails(self, code, call, *arguments, **options):
        with self.assertRaises(SignalboxError) as caught:
            call(*arguments, **options)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def test_lists_instruments_and_their_parameters(self):
        names = [each.name for each in self.client.instruments()]
        self.assertEqual(names, ["three", "five", "six", "absent", "meter"])
        self.assertEqual(self.three.report["family"], "bronkhorst")
        parameters = {each["name"]: each for each in self.three.parameters()}
        self.assertEqual(parameters["setpoint"]["maximum"], 32767)
        self.assertEqual(self.client.ports()[0]["name"], "bus")
        self.assertEqual(self.client.status()["pid"] > 0, True)

    def test_reads_and_writes_values_of_each_kind(self):
        self.three.write("setpoint", 1234)
        self.assertEqual(self.three.read("setpoint"), 1234)
        self.assertEqual(self.three.read(9), 1234)
        self.assertEqual(self.three.read("userTag"), "three")
        reading = self.three.reading("fMeasure", max_age_s=1)
        self.assertIsInstance(reading.value, float)
        self.assertLess(abs(time.time() - reading.at_s), 60)
        import numpy
        self.three.write("setpoint", numpy.int64(77))
        self.assertEqual(self.three.read("setpoint", priority="poll", wait_s=5, timeout_s=1), 77)

    def test_speaks_the_language_of_the_instrument(self):
        meter = self.client.instrument("meter")
        self.assertIn("SIM34401", meter.query("*IDN?"))
        meter.send("*CLS")
        self.assertIn("SIM34401", meter.identify()["text"])
        self.assertIs(math.isfinite(meter.read("voltage")), True)

    def test_does_longer_operations(self):
        told = []
        self.assertIn("wink", [each["name"] for each in self.three.report["actions"]])
        self.three.run("wink", progress=lambda share, text: told.append(share))

    def test_errors_say_whose_fault_and_what_next(self):
        error = self.fails("VALUE_OUT_OF_RANGE", self.three.write, "setpoint", 40000)
        self.assertEqual(error.fault, "caller")
        self.assertIn("32767", error.message)
        self.assertTrue(error.next_step and error.request_id)
        self.fails("VALUE_INVALID", self.three.write, "setpoint", 1.5)
        self.fails("VALUE_INVALID", self.three.write, "setpoint", object())
        self.fails("VALUE_INVALID", self.three.write, "fSetpoint", float("nan"))
        self.fails("NOT_FOUND", self.three.read, "gone")
        self.fails("NOT_FOUND", self.client.instrument("a/../b").read, "x")
        self.fails("READ_ONLY", self.three.write, "fMeasure", 1)
        self.fails("BAD_ARGUMENT", self.client.lease)
        self.fails("NOT_FOUND", lambda: next(self.client.watch("gone.x")))

    def test_a_lease_keeps_others_out_and_tells_them_who_holds(self):
        with self.three.lease() as held:
            held.write("setpoint", 5)
            with connect(program="another") as other:
                error = self.fails("WAIT_TIMEOUT", other.instrument("three").read, "setpoint",
                                   wait_s=0.05)
                self.assertIn("tests of the client", error.message)
                other.instrument("five").read("setpoint")
            self.assertEqual(held.read("setpoint"), 5)
        self.fails("LEASE_LOST", held.read, "setpoint")
        self.three.read("setpoint")

    def test_a_lease_of_a_port_covers_its_instruments(self):
        with self.client.lease(port="bus") as lease:
            lease.instrument("three").write("setpoint", 6)
            self.assertEqual(lease.instrument("five").reading("setpoint").instrument, "five")
            self.fails("WAIT_TIMEOUT", self.client.lease, instrument="six", wait_s=0.05)
            self.fails("BAD_ARGUMENT", lease.read, "setpoint")

    def test_a_lease_lives_by_its_heartbeats(self):
        with self.three.lease(hold_s=2) as held:
            time.sleep(4.5)
            self.assertIsNone(held.lost)
            held.read("setpoint")

    def test_a_lease_that_was_taken_away_is_lost(self):
        held = self.three.lease(hold_s=0.3)
        self.client.call("POST", ("api", "v1", "leases", held.id, "break"),
                         body={"reason": "a test"})
        until = time.monotonic() + 20
        while held.lost is None and time.monotonic() < until:
            time.sleep(0.01)
        self.fails("LEASE_LOST", held.read, "setpoint")
        held.release()

    def test_a_lease_ends_with_a_program_that_is_killed(self):
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, "six"], stdout=subprocess.PIPE)
        with holder.stdout:
            self.assertEqual(holder.stdout.readline(), b"held\n")
        self.fails("WAIT_TIMEOUT", self.client.instrument("six").read, "setpoint", wait_s=0)
        holder.kill()
        holder.wait()
        self.client.instrument("six").read("setpoint", wait_s=20)

    def test_watches_values_and_tells_of_those_that_fail(self):
        seen = []
        for reading in self.client.watch("three.setpoint", "meter.voltage", every_s=0.05):
            seen.append(reading)
            if len(seen) == 6:
                break
        self.assertEqual({each.instrument for each in seen}, {"three", "meter"})
        self.assertTrue(all(each.error is None for each in seen))
        absent = next(self.client.watch("absent.setpoint", every_s=0.5))
        self.assertEqual((absent.instrument, absent.value), ("absent", None))
        self.assertEqual(absent.error.fault, "instrument")
        self.assertEqual(next(self.three.watch("userTag")).value, "three")

    def test_threads_share_one_client(self):
        failures = []

        def ask(number):
            try:
                for _ in range(20):
                    node = ("three", "five", "six")[number % 3]
                    if self.client.instrument(node).read("userTag") != node:
                        failures.append(node)
            except SignalboxError as error:
                failures.append(error)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_programs_that_add_under_a_lease_lose_nothing(self):
        programs, times = 4, int(os.environ.get("SIGNALBOX_TEST_TIMES", "5"))
        self.client.instrument("five").write("setpoint", 0)
        running = [subprocess.Popen([sys.executable, "-c", ADDER, str(number), str(times)])
                   for number in range(programs)]
        self.assertEqual([each.wait(120) for each in running], [0] * programs)
        self.assertEqual(self.client.instrument("five").read("setpoint"), programs * times)


if __name__ == "__main__":
    unittest.main()
