"""ProPar messages, and the maker's library at a line that a test plays."""

import socket
import threading
import time
import unittest

from signalbox import SignalboxError, propar
from signalbox.propar_frames import (
    FrameReader,
    encode_frame,
    request_message,
    values_in,
    write_message,
)

DATABASE = propar.database()


def asked(*numbers):
    return DATABASE.get_parameters(numbers)


class Messages(unittest.TestCase):
    """The byte examples of manual 9.17.027, and of the maker's library on the wire."""

    def frame(self, sequence, node, data):
        return encode_frame(sequence, node, data).hex(" ").upper()

    def test_requests(self):
        self.assertEqual(self.frame(1, 3, request_message(asked(8))),
                         "10 02 01 03 05 04 01 20 01 20 10 03")
        self.assertEqual(self.frame(16, 3, request_message(asked(24))),
                         "10 02 10 10 03 05 04 01 10 10 01 10 10 10 03")
        self.assertEqual(self.frame(0x14, 3, request_message(asked(61))),
                         "10 02 14 03 06 04 72 62 72 62 08 10 03")
        self.assertEqual(self.frame(0x1E, 3, request_message(asked(205, 206, 142, 55))),
                         "10 02 1E 03 0F 04 A1 C0 21 40 C3 21 43 47 21 47 72 41 72 41 10 03")
        self.assertEqual(
            self.frame(0x1F, 3, request_message(asked(205, 25, 8, 9, 10, 206, 21, 175))),
            "10 02 1F 03 1F 04 A1 40 21 40 81 F1 01 71 00 A0 01 20 A1 01 21 22 01 22 A1 43 21 43 81 "
            "4D 01 4D 71 0C 71 0C 10 03")

    def test_writes(self):
        def written(*pairs):
            return write_message(1, [{**DATABASE.get_parameter(number), "data": value}
                                     for number, value in pairs])

        self.assertEqual(self.frame(0x15, 3, written((9, 16000))),
                         "10 02 15 03 05 01 01 21 3E 80 10 03")
        self.assertEqual(self.frame(0x16, 3, written((206, 1.5))),
                         "10 02 16 03 07 01 21 43 3F C0 00 00 10 03")
        self.assertEqual(self.frame(0x11, 3, written((9, 4112))),
                         "10 02 11 03 05 01 01 21 10 10 10 10 10 03")
        self.assertEqual(self.frame(0x19, 3, written((115, "Hello World!"))),
                         "10 02 19 03 11 01 71 66 00 48 65 6C 6C 6F 20 57 6F 72 6C 64 21 00 10 03")
        self.assertEqual(self.frame(0x1C, 3, written((1, "9"))),
                         "10 02 1C 03 06 01 00 60 00 39 00 10 03")

    def test_values_of_an_answer(self):
        data = bytes.fromhex("02 A1 40 3F C0 00 00 01 20 A3 D7")
        values = values_in(data, asked(205, 8))
        self.assertEqual([value.hex() for value, _ in values], ["3fc00000", "a3d7"])
        self.assertEqual(propar.decode_value(0x22, values[1][0]), -23593)
        self.assertEqual(propar.decode_value(0x22, b"\xff\xff"), -1)
        for broken in ("02 A1 40 3F C0", "02 71 66 00 41", "02 01 21 00 00", "00 00 05", "02", ""):
            with self.assertRaises(ValueError):
                values_in(bytes.fromhex(broken), asked(205, 8))

    def test_frames_are_found_in_whatever_comes(self):
        frame = encode_frame(16, 16, b"\x10\x02\x10\x03")
        noise = b"\x00\x10\x10\x02\x03\x10\x02\x01\x03\x10\x07" + b"\x10\x02" + bytes(400)
        reader = FrameReader()
        frames = [each for byte in noise + frame + frame for each in reader.push(bytes((byte,)))]
        self.assertEqual([each.data for each in frames], [b"\x10\x02\x10\x03"] * 2)
        error, = FrameReader().push(bytes.fromhex("10 02 05 03 00 09 10 03"))
        self.assertEqual((error.sequence, error.error), (5, 9))
        wrong_length = bytes.fromhex("10 02 05 03 07 02 01 20 00 00 10 03")
        self.assertEqual(FrameReader().push(wrong_length), [])


class Bus:
    """A raw socket that answers each frame as a test says."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.frames = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.comport = f"socket://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            reader = FrameReader()
            with connection:
                while True:
                    data = connection.recv(4096)
                    if not data:
                        break
                    for frame in reader.push(data):
                        self.frames.append(frame)
                        answer = self.answers.pop(0) if self.answers else None
                        if answer is None:
                            continue
                        if answer == "hang up":
                            break
                        connection.sendall(answer(frame))
                    else:
                        continue
                    break


def answer(data, node=None, sequence=0):
    return lambda frame: encode_frame((frame.sequence + sequence) % 256,
                                      frame.node if node is None else node, bytes.fromhex(data))


def refusal(code):
    return lambda frame: bytes((0x10, 2, frame.sequence, frame.node, 0, code, 0x10, 3))


class Line(unittest.TestCase):
    def open(self, *answers):
        bus = Bus(*answers)
        self.addCleanup(bus.server.close)
        flow = propar.instrument(bus.comport, 3)
        self.addCleanup(flow.master.stop)
        flow.master.response_timeout = 0.1
        return bus, flow

    def test_an_answer_of_another_number_or_node_is_never_taken(self):
        _, flow = self.open(answer("02 01 20 00 01", node=5), answer("02 01 20 00 02", sequence=1),
                            answer("02 01 20 00 03"))
        self.assertEqual([flow.measure for _ in range(3)], [None, None, 3])

    def test_a_late_answer_goes_to_nobody(self):
        def late(frame):
            time.sleep(0.2)
            return answer("02 01 20 00 01")(frame)

        _, flow = self.open(late, answer("02 01 20 00 02"))
        self.assertIsNone(flow.measure)
        flow.master.response_timeout = 5
        self.assertEqual(flow.measure, 2)

    def test_a_damaged_answer_costs_one_read(self):
        _, flow = self.open(answer("02 71 66 00 41"), answer("02 01 20"), answer("02 01 21 00 07"),
                            answer("02 01 20 00 08"))
        self.assertIsNone(flow.readParameter(115))
        self.assertEqual([flow.measure for _ in range(3)], [None, None, 8])

    def test_error_frames_and_statuses_have_the_numbers_of_the_makers_library(self):
        bus, flow = self.open(refusal(9), answer("00 04 03"), refusal(5), answer("00 06 05"))
        measure = [DATABASE.get_parameter(8)]
        self.assertEqual(flow.read_parameters(measure), [{"status": 137, "data": None}])
        self.assertEqual(flow.read_parameters(measure), [{"status": 4, "data": None}])
        write = [{**DATABASE.get_parameter(9), "data": 1}]
        self.assertEqual(flow.write_parameters(write), 133)
        self.assertEqual(flow.write_parameters(write), propar.PP_STATUS_PARM_VALUE)
        self.assertEqual(flow.write_parameters(write), propar.PP_STATUS_TIMEOUT_ANSWER)
        self.assertEqual(len(bus.frames), 5)

    def test_what_cannot_be_packed_is_never_sent(self):
        bus, flow = self.open()
        for value in (1.5, 70000, -1, "abc", None, float("nan"), 32768):
            self.assertIs(flow.writeParameter(9, value), False)
        self.assertEqual(flow.write_parameters([{**DATABASE.get_parameter(9), "data": 70000}]), 6)
        self.assertIs(flow.writeParameter(206, 1e39), False)
        self.assertIs(flow.writeParameter(25, "a name that is too long"), False)
        self.assertIs(flow.writeParameter(115, 5), False)
        with self.assertRaises(ValueError):
            flow.wink(10)
        self.assertEqual(bus.frames, [])

    def test_a_write_whose_acknowledgement_is_lost_is_read_back_and_not_repeated(self):
        bus, flow = self.open(None, answer("02 01 21 00 64"), None, answer("02 01 21 00 01"))
        self.assertIs(flow.writeParameter(9, 100), True)
        self.assertIs(flow.writeParameter(9, 100), False)
        self.assertEqual([frame.data[0] for frame in bus.frames], [1, 4, 1, 4])

    def test_a_broken_line_is_opened_again_unless_that_is_off(self):
        _, flow = self.open("hang up", answer("02 01 20 00 02"), "hang up")
        self.assertIsNone(flow.measure)
        self.assertEqual(flow.measure, 2)
        self.assertEqual(flow.master.propar.open_count, 2)
        flow.master.propar.auto_reopen = False
        self.assertIsNone(flow.measure)
        self.assertIsNone(flow.measure)
        self.assertEqual(flow.master.propar.open_count, 2)

    def test_a_broadcast_is_sent_and_not_waited_for(self):
        bus, flow = self.open(None, answer("02 01 20 00 02"))
        write = [{**DATABASE.get_parameter(9), "data": 1}]
        self.assertEqual(flow.write_parameters(write, propar.PP_COMMAND_SEND_PARM_BROADCAST), 0)
        self.assertEqual(flow.measure, 2)
        with self.assertRaises(ValueError):
            flow.write_parameters(write, 4)

    def test_wrong_calls_fail_as_in_the_makers_library(self):
        _, flow = self.open()
        with self.assertRaises(ValueError):
            flow.readParameter(9999)
        with self.assertRaises(KeyError):
            flow.master.read_parameters([{"proc_nr": 1, "parm_nr": 0, "parm_type": 0x20}])
        with self.assertRaises(ValueError):
            propar.instrument(flow.comport, 200)

    def test_a_line_that_is_not_there_is_said_at_once(self):
        with self.assertRaises(SignalboxError) as caught:
            propar.instrument("socket://127.0.0.1:1", 3)
        self.assertEqual(caught.exception.code, "GATEWAY_UNREACHABLE")


class Database(unittest.TestCase):
    def test_knows_parameters_by_number_name_and_address(self):
        self.assertEqual(len(DATABASE.get_all_parameters()), 432)
        self.assertEqual(DATABASE.get_parameter(205),
                         {"dde_nr": 205, "proc_nr": 33, "parm_nr": 0, "parm_type": 0x41,
                          "parm_name": "Fmeasure"})
        self.assertEqual([each["dde_nr"] for each in DATABASE.get_parameters_like("USER tag")], [115])
        self.assertEqual([each["dde_nr"] for each in DATABASE.get_propar_parameter(1, 16)], [24, 146])
        self.assertIsNone(DATABASE.get_propar_parameter(99, 99))
        self.assertEqual(DATABASE.get_propar_parameters(104)[1][0]["parm_name"], "Counter Value")
        self.assertIsNone(DATABASE.get_propar_parameters(99))
        self.assertEqual(DATABASE.get_parameter_values(118)[0], {"value": 0, "description": "off"})
        changed = DATABASE.get_parameter(8)
        changed["parm_nr"] = 99
        self.assertEqual(DATABASE.get_parameter(8)["parm_nr"], 0)


if __name__ == "__main__":
    unittest.main()
