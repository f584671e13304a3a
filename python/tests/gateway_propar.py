"""Programs written for the maker's library, at a real gateway; SIGNALBOX_URL says where it is."""

import os
import subprocess
import sys
import threading
import unittest

from signalbox import connect, propar

#: As it would be written for the maker's library; each run changes one line of it.
PROGRAM = """
import sys
import propar

port, node, tag, times = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
el_flow = propar.instrument(port, node)
el_flow.master.response_timeout = 10
values = el_flow.db.get_parameters([205, 115, 9])
for number in range(times):
    assert el_flow.readParameter(115) == tag, "another instrument's tag"
    results = el_flow.read_parameters(values)
    assert [each['status'] for each in results] == [0, 0, 0], results
    assert results[1]['data'] == tag, results
    el_flow.setpoint = 100 * node + number
    assert el_flow.setpoint == 100 * node + number
    assert el_flow.writeParameter(9, 70000) is False
assert el_flow.wink(2)
print(el_flow.id, el_flow.address, propar.PP_STATUS_OK)
"""


class Gateway(unittest.TestCase):
    def setUp(self):
        self.client = connect(program="tests of propar")
        self.addCleanup(self.client.close)
        self.device = self.client.ports()[0]["address"]

    def test_one_import_line_changes_and_several_programs_share_the_bus(self):
        program = PROGRAM.replace("import propar", "from signalbox import propar")
        times = os.environ.get("SIGNALBOX_TEST_TIMES", "5")
        tags = {3: "three", 5: "five", 6: "six"}
        running = [
            subprocess.Popen([sys.executable, "-c", program, self.device, str(node), tags[node], times],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            for node in tags]
        said = [each.communicate(timeout=120)[0] for each in running]
        self.assertEqual([each.returncode for each in running], [0, 0, 0], said)
        self.assertEqual(said[0], "7M0000003A 3 0\n")

    def test_the_bus_goes_by_any_of_its_names(self):
        door = next(each for each in self.client.status()["doors"] if each["name"] == "bus-1")
        for comport in ("bus", "three", self.device, door["address"]):
            self.assertEqual(propar.instrument(comport, 6).readParameter(115), "six", comport)
        with self.assertRaises(propar.SignalboxError) as caught:
            propar.instrument("/dev/ttyUSB99", 3)
        self.assertIn("bus", caught.exception.next_step)
        with self.assertRaises(propar.SignalboxError):
            propar.instrument("", 3)

    def test_finds_the_instruments_of_the_bus(self):
        nodes = propar.master(self.device, 38400).get_nodes()
        self.assertEqual([(each["address"], each["type"], each["channels"]) for each in nodes],
                         [(3, "DMFC", 1), (5, "DMFC", 2), (6, "DMFC", 1)])
        self.assertEqual(nodes[0]["serial"], "M0000003A")

    def test_channels_are_apart(self):
        one, two = (propar.instrument(self.device, 5, channel=each) for each in (1, 2))
        one.setpoint, two.setpoint = 11, 22
        self.assertEqual((one.setpoint, two.setpoint, one.readParameter(9, 2)), (11, 22, 22))

    def test_node_128_is_whoever_is_connected(self):
        self.assertEqual(propar.instrument(self.device).readParameter(115), "three")

    def test_an_instrument_that_is_not_there_is_none(self):
        absent = propar.instrument(self.device, 99)
        self.assertIsNone(absent.measure)
        self.assertEqual(absent.read_parameters([absent.db.get_parameter(8)]),
                         [{"status": propar.PP_STATUS_TIMEOUT_ANSWER, "data": None}])

    def test_what_the_instrument_refuses_is_its_status(self):
        flow = propar.instrument(self.device, 3)
        self.assertIsNone(flow.read(99, 1, propar.PP_TYPE_INT8))
        status = flow.read_parameters([{"proc_nr": 99, "parm_nr": 1, "parm_type": 0}])[0]["status"]
        self.assertIn(status, (propar.PP_STATUS_PROC_NUMBER, propar.PP_STATUS_PARM_NUMBER))
        self.assertIs(flow.writeParameter(205, 1.0), False)

    def test_wink_writes_the_first_parameter(self):
        propar.instrument(self.device, 3).wink(4)
        entries = self.client.call("GET", ("api", "v1", "ports", "bus", "trace"))["entries"]
        # Node 3, a write with acknowledgement, process 0, parameter 0, a text: 4.
        self.assertTrue(any("0306010060003400" in each["request"]["hex"] for each in entries))

    def test_every_parameter_of_the_list_in_one_call(self):
        flow = propar.instrument(self.device, 3)
        wanted = [each["dde_nr"] for each in flow.db.get_all_parameters()
                  if flow.readParameter(each["dde_nr"]) is not None][:60]
        results = flow.read_parameters(flow.db.get_parameters(wanted))
        self.assertEqual([each["dde_nr"] for each in results], wanted)

    def test_callbacks_are_told(self):
        flow = propar.instrument(self.device, 3)
        told, done = [], threading.Event()
        tag = [flow.db.get_parameter(115)]
        self.assertIsNone(flow.read_parameters(tag, told.append))
        write = [{**flow.db.get_parameter(9), "data": 5}]
        self.assertEqual(flow.write_parameters(write, callback=told.append), 0)
        flow.read_parameters(tag, lambda _: done.set())
        self.assertTrue(done.wait(20))
        self.assertEqual((told[0][0]["data"], told[1]), ("three", 0))

    def test_a_lease_of_the_gateway_binds_the_library(self):
        flow = propar.instrument(self.device, 6)
        flow.master.response_timeout = 0.2
        with self.client.instrument("six").lease():
            self.assertIsNone(flow.measure)
        flow.master.response_timeout = 5
        self.assertIsNotNone(flow.measure)

    def test_many_threads_share_the_line(self):
        failures = []

        def ask(node, tag):
            flow = propar.instrument(self.device, node)
            flow.master.response_timeout = 10
            for _ in range(10):
                if flow.readParameter(115) != tag:
                    failures.append(node)

        threads = [threading.Thread(target=ask, args=each)
                   for each in [(3, "three"), (5, "five"), (6, "six")] * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
