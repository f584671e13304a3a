"""A worker as its host sees it."""

import array
import os
import signal
import struct
import subprocess
import sys
import textwrap
import time
import unittest

from tests.host import PACKAGE, Host

ECHO = """
    import worker

    @worker.function
    def echo(value):
        return value

    @worker.function
    def wait(seconds, call):
        call.progress(0.5)
        call.sleep(seconds)
        return "waited"

    worker.serve(name="bench", version="2.1")
"""


class Answers(unittest.TestCase):
    def test_says_first_what_it_can_do(self):
        with Host(ECHO) as host:
            ready = host.wait(lambda each: True)
            self.assertEqual(ready["method"], "$/ready")
            params = ready["params"]
            self.assertEqual((params["protocol"], params["name"], params["version"]),
                             (1, "bench", "2.1"))
            self.assertEqual(params["functions"][1],
                             {"name": "wait", "parameters": [{"name": "seconds"}]})

    def test_each_of_many_calls_gets_its_own_answer(self):
        with Host(ECHO) as host:
            for number in range(2000):
                host.call(number, "echo", {"value": f"value {number}"})
            for number in range(2000):
                self.assertEqual(host.answer(number)["result"], f"value {number}")

    def test_takes_lists_of_arguments_and_ids_of_text(self):
        with Host(ECHO) as host:
            host.send({"id": "é", "method": "echo", "params": ["ü\u2028\n"]})
            self.assertEqual(host.answer("é")["result"], "ü\u2028\n")

    def test_refuses_what_is_no_call_and_goes_on(self):
        with Host(ECHO) as host:
            host.write(b"no json\n")
            self.assertEqual(host.answer(None)["error"]["code"], -32700)
            host.messages.clear()
            host.write(b"[1]\n")
            self.assertEqual(host.answer(None)["error"]["code"], -32600)
            self.assertEqual(host.ask("gone", id=1)["error"]["code"], -32601)
            self.assertEqual(host.ask("echo", {"wrong": 1}, id=2)["error"]["code"], -32602)
            host.send({"id": 3, "method": "echo", "params": 5})
            self.assertEqual(host.answer(3)["error"]["code"], -32602)
            self.assertEqual(host.ask("$/ping", id=4)["result"], "pong")
            host.write(b'{"jsonrpc":"2.0","id":5,"method":"echo","params":{"value":1}} {}\n')
            self.assertEqual(host.ask("echo", {"value": 6}, id=6)["result"], 6)

    def test_says_what_a_function_raised(self):
        with Host("""
            import worker

            @worker.function
            def fail(text):
                raise ValueError(text)

            @worker.function
            def confuse():
                return len(5)

            @worker.function
            def leave():
                raise SystemExit(3)

            worker.serve()
        """) as host:
            error = host.ask("fail", {"text": "out of range"})["error"]
            self.assertEqual((error["code"], error["message"]), (-32000, "out of range"))
            self.assertEqual(error["data"]["type"], "ValueError")
            self.assertIn("in fail", error["data"]["traceback"])
            # A TypeError of the function's own is no mistake of the caller.
            self.assertEqual(host.ask("confuse", id=2)["error"]["code"], -32000)
            self.assertEqual(host.ask("leave", id=3)["error"]["data"]["type"], "SystemExit")

    def test_an_error_of_any_length_is_told_and_keeps_nobody_of_its_group_waiting(self):
        with Host("""
            import worker

            class Odd(Exception):
                def __str__(self):
                    raise RuntimeError("no text")

            @worker.function(group="one")
            def long():
                raise ValueError("x" * 2_000_000)

            @worker.function(group="one")
            def odd():
                raise Odd()

            @worker.function(group="one")
            def echo(value):
                return value

            worker.serve()
        """) as host:
            message = host.ask("long", id=1)["error"]["message"]
            self.assertEqual(message, "x" * 2_000 + "\u2026")
            self.assertEqual(host.ask("echo", {"value": 1}, id=2)["result"], 1)
            self.assertEqual(host.ask("odd", id=3)["error"]["message"], "Odd, which cannot be told")
            self.assertEqual(host.ask("echo", {"value": 2}, id=4)["result"], 2)

    def test_whose_fault_an_argument_is_and_what_there_is_instead(self):
        with Host("""
            import worker

            @worker.function
            def tune(call, frequency, gain=1):
                if frequency > 5:
                    raise worker.BadArgument(f"frequency is at most 5, not {frequency}")

            worker.serve()
        """) as host:
            self.assertEqual(host.ask("tune", {"frequency": 9}, id=1)["error"],
                             {"code": -32602, "message": "frequency is at most 5, not 9"})
            self.assertEqual(host.ask("tune", {}, id=2)["error"]["message"],
                             "missing a required argument: 'frequency'; it takes frequency, gain")
            self.assertEqual(host.ask("tone", id=3)["error"]["message"],
                             "there is no function 'tone'; there are tune")

    def test_a_result_that_cannot_be_sent_is_an_error_of_that_call_alone(self):
        with Host("""
            import worker

            @worker.function
            def thing():
                return object()

            @worker.function
            def long():
                return "x" * (1 << 20)

            @worker.function
            def ring():
                ring = []
                ring.append(ring)
                return ring

            @worker.function
            def numbers():
                return [float("nan"), 1.5, float("-inf")]

            worker.serve()
        """) as host:
            self.assertIn("object", host.ask("thing", id=1)["error"]["message"])
            self.assertIn("arrays", host.ask("long", id=2)["error"]["message"])
            self.assertEqual(host.ask("ring", id=3)["error"]["code"], -32603)
            self.assertEqual(host.ask("numbers", id=4)["result"],
                             [{"number": "NaN"}, 1.5, {"number": "-Infinity"}])


class Order(unittest.TestCase):
    GROUPS = """
        import threading, time, worker

        running, most, order = {}, {}, []
        guard = threading.Lock()
        go = threading.Event()

        def during(group, number, wait):
            with guard:
                order.append(number)
                running[group] = running.get(group, 0) + 1
                most[group] = max(most.get(group, 0), running[group])
            wait()
            with guard:
                running[group] -= 1

        @worker.function(group="scope")
        def scope(number):
            during("scope", number, lambda: time.sleep(0.002))

        @worker.function(group="main")
        def main():
            return threading.current_thread() is threading.main_thread()

        @worker.function
        def free(number):
            during("free", number, go.wait)

        @worker.function(group="main")
        def seen():
            return {"most": most, "order": order}

        @worker.function(group="main")
        def let_go():
            go.set()

        worker.serve(threads_most=4)
    """

    def test_calls_of_a_group_run_one_after_the_other_in_their_order(self):
        with Host(self.GROUPS) as host:
            for number in range(50):
                host.call(number, "scope", {"number": number})
            host.answer(49)
            seen = host.ask("seen")["result"]
            self.assertEqual(seen["most"]["scope"], 1)
            self.assertEqual(seen["order"], list(range(50)))

    def test_other_calls_run_at_the_same_time_up_to_the_bound(self):
        with Host(self.GROUPS) as host:
            for number in range(8):
                host.call(number, "free", {"number": number})
            asked = 0
            while asked == 0 or len(seen["order"]) < 4:
                asked += 1
                seen = host.ask("seen", id=f"seen {asked}")["result"]
            # A fifth would begin in this time.
            time.sleep(0.1)
            self.assertEqual(host.ask("seen")["result"]["most"]["free"], 4)
            host.call("go", "let_go")
            for number in range(8):
                host.answer(number)

    def test_a_call_goes_on_while_others_block(self):
        with Host(self.GROUPS) as host:
            host.call(1, "free", {"number": 1})
            host.call(2, "scope", {"number": 2})
            host.answer(2)
            self.assertFalse(any(each.get("id") == 1 for each in host.messages))

    def test_the_group_main_runs_on_the_main_thread(self):
        with Host(self.GROUPS) as host:
            self.assertIs(host.ask("main")["result"], True)

    def test_more_calls_than_the_bound_are_refused(self):
        with Host(ECHO) as host:
            for number in range(4097):
                host.call(number, "wait", {"seconds": 30})
            self.assertEqual(host.answer(4096)["error"]["code"], -32001)


class Cancelling(unittest.TestCase):
    def test_a_call_under_way_sees_it(self):
        with Host(ECHO) as host:
            host.call(1, "wait", {"seconds": 60})
            self.assertEqual(host.told("$/progress")["params"], {"id": 1, "value": 0.5})
            host.send({"method": "$/cancel", "params": {"id": 1}})
            self.assertEqual(host.answer(1)["error"]["code"], -32800)

    def test_a_call_that_waits_never_begins_and_is_answered_at_once(self):
        with Host("""
            import threading, worker
            begun = []
            go = threading.Event()

            @worker.function(group="one")
            def step(number):
                begun.append(number)
                go.wait()

            @worker.function
            def seen():
                go.set()
                return begun

            worker.serve()
        """) as host:
            for number in (1, 2, 3):
                host.call(number, "step", {"number": number})
            host.send({"method": "$/cancel", "params": {"id": 2}})
            self.assertEqual(host.answer(2)["error"]["code"], -32800)
            self.assertEqual(host.ask("seen")["result"], [1])
            host.answer(3)
            self.assertEqual(host.ask("seen", id="again")["result"], [1, 3])

    def test_taking_back_what_is_not_there_does_nothing(self):
        with Host(ECHO) as host:
            host.send({"method": "$/cancel", "params": {"id": 99}})
            host.send({"method": "$/cancel", "params": {"id": [1]}})
            host.send({"method": "$/unknown"})
            self.assertEqual(host.ask("echo", {"value": 1})["result"], 1)


class Arrays(unittest.TestCase):
    PROGRAM = """
        import array, sys, worker

        @worker.function
        def give(kind):
            return {
                "array": lambda: {"x": array.array("f", [1.5, -2]), "y": array.array("h", [3])},
                "bytes": lambda: b"\\x00\\n\\xff",
                "bytearray": lambda: bytearray(b"abc"),
                "view": lambda: memoryview(bytes(range(6))).cast("B", [2, 3]),
                "empty": lambda: array.array("d"),
                "large": lambda: bytes(3_000_000),
            }[kind]()

        @worker.function
        def total(values):
            return [type(values).__name__, list(values.shape), values.tolist()]

        @worker.function
        def imported():
            return "numpy" in sys.modules

        worker.serve()
    """

    def test_go_as_their_bytes(self):
        with Host(self.PROGRAM) as host:
            answer = host.ask("give", {"kind": "array"}, id=1)
            self.assertEqual(answer["result"], {
                "x": {"$array": 0, "dtype": "<f4", "shape": [2]},
                "y": {"$array": 1, "dtype": "<i2", "shape": [1]}})
            self.assertEqual(answer["arrays"], [struct.pack("<2f", 1.5, -2), b"\x03\x00"])
            self.assertEqual(host.ask("give", {"kind": "bytes"}, id=2)["arrays"], [b"\x00\n\xff"])
            self.assertEqual(host.ask("give", {"kind": "bytearray"}, id=3)["arrays"], [b"abc"])
            view = host.ask("give", {"kind": "view"}, id=4)
            self.assertEqual(view["result"], {"$array": 0, "dtype": "|u1", "shape": [2, 3]})
            self.assertEqual(host.ask("give", {"kind": "empty"}, id=5)["$binary"], [0])
            self.assertEqual(len(host.ask("give", {"kind": "large"}, id=6)["arrays"][0]), 3_000_000)
            self.assertFalse(host.ask("imported", id=7)["result"])

    def test_come_as_views_of_their_form(self):
        with Host(self.PROGRAM) as host:
            data = array.array("d", range(6)).tobytes()
            form = {"values": {"$array": 0, "dtype": "<f8", "shape": [2, 3]}}
            for number in range(3):
                answer = host.ask("total", form, [data], id=number)
                self.assertEqual(answer["result"], ["memoryview", [2, 3], [[0, 1, 2], [3, 4, 5]]])
            data = bytes(500_000)
            form = {"values": {"$array": 0, "dtype": "|u1", "shape": [500_000]}}
            self.assertEqual(host.ask("total", form, [data], id="long")["result"][1], [500_000])

    def test_a_form_that_does_not_fit_costs_that_call_alone(self):
        with Host(self.PROGRAM) as host:
            form = {"values": {"$array": 3, "dtype": "<f8", "shape": [1]}}
            self.assertEqual(host.ask("total", form, [bytes(8)], id=1)["error"]["code"], -32602)
            form = {"values": {"$array": 0, "dtype": "<f8", "shape": [7]}}
            self.assertEqual(host.ask("total", form, [bytes(8)], id=2)["error"]["code"], -32602)
            self.assertIs(host.ask("imported", id=3)["result"], False)

    def test_numpy_is_served_where_the_program_uses_it(self):
        with Host("""
            import numpy, worker

            @worker.function
            def give():
                grid = numpy.arange(6, dtype=">i2").reshape(2, 3)
                return {"turned": grid.T, "mean": grid.mean(), "one": numpy.float32(0.5),
                        "flags": numpy.array([True, False])}

            @worker.function
            def complex():
                return numpy.array([1j])

            @worker.function
            def double(values):
                values *= 2
                return values

            worker.serve()
        """) as host:
            answer = host.ask("give", id=1)
            self.assertEqual(answer["result"], {
                "turned": {"$array": 0, "dtype": "<i2", "shape": [3, 2]}, "mean": 2.5, "one": 0.5,
                "flags": {"$array": 1, "dtype": "|b1", "shape": [2]}})
            self.assertEqual(struct.unpack("<6h", answer["arrays"][0]), (0, 3, 1, 4, 2, 5))
            self.assertIn("complex128", host.ask("complex", id=2)["error"]["message"])
            form = {"values": {"$array": 0, "dtype": "<f4", "shape": [2]}}
            answer = host.ask("double", form, [struct.pack("<2f", 1, 2)], id=3)
            self.assertEqual(struct.unpack("<2f", answer["arrays"][0]), (2, 4))


class Wire(unittest.TestCase):
    NOISY = """
        import os, subprocess, sys, worker

        print("printed before the worker serves")

        @worker.function
        def speak():
            print("spoken by Python")
            os.write(1, b"written by a library\\n")
            subprocess.run(["echo", "said by a child"])
            return sys.stdin.read()

        worker.serve()
    """

    def test_what_a_library_prints_goes_to_standard_error(self):
        with Host(self.NOISY) as host:
            self.assertEqual(host.ask("speak")["result"], "")
            self.assertEqual(host.garbage, [])
            for text in ("spoken by Python", "written by a library", "said by a child", "before"):
                self.assertIn(text, host.said())

    def test_started_through_the_module_not_even_what_an_import_prints_spoils_it(self):
        program = self.NOISY.replace("print(", "os.write(1, b'') or print(", 1)
        program = program.replace("printed before the worker serves\")", "early\", flush=True)")
        with Host(program) as host:
            host.ask("speak")
            self.assertEqual(host.garbage, [b"early\n"])
        with Host(program, arguments=["worker.py"]) as host:
            host.ask("speak")
            self.assertEqual(host.garbage, [])

    def test_events_logs_and_requests_go_to_the_host(self):
        with Host("""
            import worker

            @worker.function
            def ask():
                worker.event("trigger", {"channel": 1})
                worker.log("warn", "hot")
                try:
                    worker.request("missing")
                except worker.CallFailed as error:
                    return [worker.request("transact", {"hex": "00"}), error.code, str(error)]

            @worker.function
            def hurry():
                try:
                    worker.request("slow", timeout_s=0.05)
                except worker.CallFailed as error:
                    return str(error)

            worker.serve()
        """) as host:
            host.call("ask", "ask")
            missing = host.wait(lambda each: each.get("method") == "missing")
            host.send({"id": missing["id"], "error": {"code": -32601, "message": "none"}})
            asked = host.wait(lambda each: each.get("method") == "transact")
            self.assertEqual(asked["params"], {"hex": "00"})
            host.send({"id": asked["id"], "result": "ff"})
            self.assertEqual(host.answer("ask")["result"], ["ff", -32601, "none"])
            self.assertEqual(host.told("$/event")["params"],
                             {"name": "trigger", "data": {"channel": 1}})
            self.assertEqual(host.told("$/log")["params"], {"level": "warn", "message": "hot"})
            self.assertIn("slow", host.ask("hurry", id="late")["result"])
            host.told("$/cancel")

    def test_a_worker_that_sends_more_than_is_read_waits_and_loses_nothing(self):
        program = """
            import sys, worker

            @worker.function
            def flood():
                for number in range(150):
                    worker.event("block", bytes(1 << 20))
                    print(number, file=sys.stderr, flush=True)
                return "done"

            worker.serve()
        """
        with Host(program, reads=False) as host:
            host.call("ask", "flood")
            settled_s, before = 0, None
            while settled_s < 0.5:
                time.sleep(0.05)
                sent = len(host.said().split())
                settled_s = settled_s + 0.05 if sent == before and sent > 0 else 0
                before = sent
            # 64 MiB ahead, and what is being written.
            self.assertLess(sent, 70)
            host.read()
            self.assertEqual(host.answer("ask")["result"], "done")
            blocks = [each for each in host.messages if each.get("method") == "$/event"]
            self.assertEqual(len(blocks), 150)


class Ending(unittest.TestCase):
    def test_drained_it_finishes_what_is_under_way_and_ends(self):
        with Host("""
            import worker

            @worker.function
            def hold():
                return worker.request("go")

            worker.serve()
            print("cleaned up")
        """) as host:
            host.call(1, "hold")
            asked = host.told("go")
            host.send({"method": "$/drain"})
            self.assertEqual(host.ask("hold", id=2)["error"]["code"], -32002)
            host.send({"id": asked["id"], "result": "held"})
            self.assertEqual(host.answer(1)["result"], "held")
            self.assertEqual(host.process.wait(20), 0)
            self.assertIn("cleaned up", host.said())

    def test_drained_with_nothing_to_do_it_ends(self):
        with Host(ECHO) as host:
            host.told("$/ready")
            host.send({"method": "$/drain"})
            self.assertEqual(host.process.wait(20), 0)

    def test_it_ends_with_its_input_though_a_call_blocks(self):
        with Host("""
            import time, worker

            @worker.function
            def block():
                worker.event("blocks")
                time.sleep(600)

            @worker.function(group="main")
            def block_main():
                worker.event("blocks main")
                time.sleep(600)

            worker.serve()
        """) as host:
            host.call(1, "block")
            host.call(2, "block_main")
            host.wait(lambda each: each.get("params", {}).get("name") == "blocks")
            host.wait(lambda each: each.get("params", {}).get("name") == "blocks main")
            host.process.stdin.close()
            self.assertEqual(host.process.wait(20), 0)

    def test_a_function_sees_that_the_host_has_gone(self):
        with Host("""
            import worker

            @worker.function
            def hold(call):
                worker.event("holds")
                try:
                    call.sleep(600)
                finally:
                    print("output off", flush=True)

            worker.serve()
        """) as host:
            host.call(1, "hold")
            host.told("$/event")
            host.process.stdin.close()
            host.process.wait(20)
            self.assertIn("output off", host.said())

    def test_a_line_without_end_is_not_collected_for_ever(self):
        with Host(ECHO) as host:
            host.told("$/ready")
            try:
                host.write(b"x" * (3 << 20))
            except BrokenPipeError:
                pass
            self.assertEqual(host.process.wait(20), 0)
            self.assertIn("1048576", host.said())

    @unittest.skipUnless(sys.platform.startswith("linux"), "Linux alone has PR_SET_PDEATHSIG")
    def test_it_dies_with_a_host_that_is_killed_though_its_pipes_stay_open(self):
        host = textwrap.dedent("""
            import subprocess, sys, time
            worker = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=0,
                                      stdout=subprocess.PIPE)
            worker.stdout.readline()
            print(worker.pid, flush=True)
            time.sleep(600)
        """)
        program = f"import sys; sys.path.insert(0, {PACKAGE!r}); import worker; worker.serve()"
        ours, theirs = os.pipe()
        process = subprocess.Popen([sys.executable, "-c", host, program], stdin=ours,
                                   stdout=subprocess.PIPE, text=True)
        try:
            pid = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            process.wait()
            until = time.monotonic() + 20
            while is_running(pid) and time.monotonic() < until:
                time.sleep(0.01)
            self.assertFalse(is_running(pid))
        finally:
            process.stdout.close()
            os.close(ours)
            os.close(theirs)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main()
