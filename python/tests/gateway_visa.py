"""PyVISA at a real gateway; SIGNALBOX_URL says where it is."""

import unittest

from signalbox import SignalboxError, visa


class Gateway(unittest.TestCase):
    def test_names_each_way_in(self):
        found = visa.resources("meter")
        self.assertEqual(list(found), ["hislip", "vxi11", "socket"])
        self.assertRegex(found["hislip"], r"^TCPIP::127\.0\.0\.1::hislip4,\d+::INSTR$")
        self.assertEqual(visa.resource("meter", ["serial", "socket"]), found["socket"])
        self.assertRegex(visa.resources("five")["serial"], r"^ASRL/.*bus-1::INSTR$")

    def test_says_what_is_missing(self):
        for call in (lambda: visa.resource("meter", ["serial"]), lambda: visa.resources("gone")):
            with self.assertRaises(SignalboxError) as caught:
                call()
            self.assertEqual(caught.exception.code, "NOT_FOUND")
            self.assertTrue(caught.exception.next_step)

    def test_opens_an_instrument(self):
        meter = visa.open_resource("meter", ["socket"], library="@py")
        try:
            self.assertIn("SIM34401", meter.query("*IDN?"))
        finally:
            meter.close()


if __name__ == "__main__":
    unittest.main()
