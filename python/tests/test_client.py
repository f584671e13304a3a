"""What the client does without a gateway."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
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
        catalogue = json.loads(os.environ["SIGNALBOX_TEST_FAULTS"])
        self.assertEqual({code: FAULTS.get(code) for code in catalogue}, catalogue)

    def test_an_error_of_a_newer_gateway_keeps_its_code(self):
        error = SignalboxError.from_report({"code": "NEW", "fault": "link", "message": "m"})
        self.assertEqual((error.code, error.fault), ("NEW", "link"))


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
