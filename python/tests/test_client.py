"""What the client does without a gateway."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

from signalbox import SignalboxError, connect
from signalbox.client import FAULTS, Client, find_gateway
from tests.host import PACKAGE


class Finding(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="signalbox-client-")
        self.addCleanup(shutil.rmtree, self.folder)
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("SIGNALBOX_")}
        environment["XDG_RUNTIME_DIR"] = self.folder
        patch = mock.patch.dict(os.environ, environment, clear=True)
        patch.start()
        self.addCleanup(patch.stop)

    def record(self, name, url, ticks=None, **more):
        with open("/proc/self/stat", encoding="latin-1") as file:
            own = file.read().rpartition(")")[2].split()[19]
        folder = os.path.join(self.folder, "signalbox", name)
        os.makedirs(folder)
        with open(os.path.join(folder, "gateway.json"), "w") as file:
            json.dump({"name": name, "pid": os.getpid(), "startTicks": ticks or own, "url": url,
                       **more}, file)

    def test_takes_the_usual_address_when_none_runs_here(self):
        self.assertEqual(find_gateway(), ("http://127.0.0.1:5001", None))

    def test_takes_the_only_one_that_runs_with_its_token(self):
        path = os.path.join(self.folder, "token")
        with open(path, "w") as file:
            file.write("secret\n")
        self.record("lab", "http://127.0.0.1:7001", tokenFile=path)
        self.record("gone", "http://127.0.0.1:7002", ticks="1")
        self.assertEqual(find_gateway(), ("http://127.0.0.1:7001", "secret"))
        self.assertEqual(find_gateway("http://far:1"), ("http://far:1", None))

    def test_asks_which_when_several_run(self):
        self.record("one", "http://127.0.0.1:7001")
        self.record("two", "http://127.0.0.1:7002")
        with self.assertRaises(SignalboxError) as caught:
            find_gateway()
        self.assertEqual(caught.exception.code, "BAD_ARGUMENT")
        self.assertIn("two (http://127.0.0.1:7002)", str(caught.exception))
        os.environ["SIGNALBOX_URL"] = "http://127.0.0.1:7002/"
        os.environ["SIGNALBOX_TOKEN"] = "given"
        self.assertEqual(find_gateway(), ("http://127.0.0.1:7002/", "given"))

    def test_a_record_of_another_user_is_none(self):
        self.record("lab", "http://127.0.0.1:7001")
        with mock.patch("os.getuid", return_value=os.getuid() + 1):
            self.assertEqual(find_gateway(), ("http://127.0.0.1:5001", None))


class Failing(unittest.TestCase):
    def test_says_that_no_gateway_answers_and_what_to_do(self):
        with self.assertRaises(SignalboxError) as caught:
            connect("http://127.0.0.1:1")
        error = caught.exception
        self.assertEqual((error.code, error.fault), ("GATEWAY_UNREACHABLE", "caller"))
        self.assertIn("127.0.0.1:1", error.message)
        self.assertIn("signalbox start", error.next_step)

    def test_refuses_what_is_no_address(self):
        for url in ("nonsense", "ftp://host", "http://user:password@host", "http://"):
            with self.assertRaises(SignalboxError) as caught:
                Client(url)
            self.assertEqual(caught.exception.code, "BAD_ARGUMENT")

    def test_knows_the_codes_of_the_catalogue(self):
        self.assertEqual(FAULTS, json.loads(os.environ["SIGNALBOX_TEST_FAULTS"]))

    def test_an_error_of_a_newer_gateway_keeps_its_code(self):
        error = SignalboxError.from_report({"code": "NEW", "fault": "link", "message": "m"})
        self.assertEqual((error.code, error.fault), ("NEW", "link"))


class Played(http.server.BaseHTTPRequestHandler):
    """A gateway that a test plays; each connection is ended without a word after one answer."""

    protocol_version = "HTTP/1.1"
    asked = []
    answers = []

    def do_GET(self):
        self.asked.append((self.command, self.path, dict(self.headers)))
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        kind, body = self.answers.pop(0) if self.answers else ("application/json", b"{}")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if kind == "application/json":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    do_PUT = do_GET

    def log_message(self, *_):
        pass


class Connections(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Played)
        self.addCleanup(self.server.server_close)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.shutdown)
        Played.asked, Played.answers = [], []
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.client = Client(self.url, "a token", program="täst")
        self.addCleanup(self.client.close)

    def test_the_token_travels_in_a_header_and_never_in_an_address(self):
        self.client.call("GET", ("api", "v1", "a/b ?"), query={"x": 1, "y": None})
        command, path, headers = Played.asked[0]
        self.assertEqual((command, path), ("GET", "/api/v1/a%2Fb%20%3F?x=1"))
        self.assertEqual(headers["Authorization"], "Bearer a token")
        self.assertEqual(headers["Signalbox-Program"], "t?st")

    def test_a_read_on_a_connection_that_has_ended_is_asked_again(self):
        for _ in range(20):
            self.client.call("GET", ("livez",))
        self.assertEqual(len(Played.asked), 20)

    def test_a_write_is_never_sent_twice(self):
        for _ in range(20):
            self.client.call("GET", ("livez",))
            try:
                self.client.call("PUT", ("write",), body={"value": 1})
            except SignalboxError as error:
                self.assertIn("read back", error.next_step)
        self.assertLessEqual([each[0] for each in Played.asked].count("PUT"), 20)

    def test_a_stream_that_breaks_off_goes_on_after_its_last_event(self):
        def event(number, value):
            data = json.dumps({"instrument": "i", "parameter": "p", "value": value, "atMs": 0})
            return f": sign of life\n\nid: {number}\nevent: reading\ndata: {data}\n\n".encode()

        Played.answers = [("text/event-stream", event(1, 5) + b"event: reading\ndata: {"),
                          ("text/event-stream", event(2, 6))]
        watch = self.client.watch("i.p")
        self.assertEqual([next(watch).value, next(watch).value], [5, 6])
        watch.close()
        self.assertEqual([each[2].get("Last-Event-ID") for each in Played.asked], [None, "1"])

    def test_what_answers_as_no_gateway_is_none(self):
        Played.answers = [("application/json", b"<html>")]
        with self.assertRaises(SignalboxError) as caught:
            connect(self.url)
        self.assertEqual(caught.exception.code, "GATEWAY_UNREACHABLE")


class Alone(unittest.TestCase):
    def test_the_file_works_without_the_package(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(PACKAGE, "client.py"), folder)
            program = "import client; print(client.Client('http://127.0.0.1:5001').url)"
            said = subprocess.run([sys.executable, "-I", "-c",
                                   f"import sys; sys.path.insert(0, {folder!r}); {program}"],
                                  capture_output=True, text=True, timeout=30)
            self.assertEqual((said.stdout, said.stderr), ("http://127.0.0.1:5001\n", ""))

    def test_a_worker_starts_without_what_clients_need(self):
        program = "import sys; from signalbox import worker; print('http.client' in sys.modules)"
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              timeout=30)
        self.assertEqual(said.stdout, "False\n")


if __name__ == "__main__":
    unittest.main()
