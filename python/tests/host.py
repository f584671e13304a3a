"""A host of workers for tests: what a gateway does, in a few lines."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "signalbox")
ANSWER_S = 20


class Host:
    """Runs a program that imports a copied worker.py, which stands alone in its folder."""

    def __init__(self, program, *, arguments=None, reads=True):
        self.folder = tempfile.mkdtemp(prefix="signalbox-worker-")
        shutil.copy(os.path.join(PACKAGE, "worker.py"), self.folder)
        path = os.path.join(self.folder, "program.py")
        with open(path, "w") as file:
            file.write(textwrap.dedent(program))
        self.errors = open(os.path.join(self.folder, "errors"), "w+")
        environment = {name: value for name, value in os.environ.items()
                       if name != "PYTHONUNBUFFERED"}
        self.process = subprocess.Popen(
            [sys.executable, *(arguments or []), path], cwd=self.folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, env=environment)
        self.changed = threading.Condition()
        self.messages = []
        self.garbage = []
        self.ended = False
        if reads:
            self.read()

    def read(self):
        """Begins to read what the worker writes."""
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.errors.close()
        shutil.rmtree(self.folder)

    def _read(self):
        with self.process.stdout as output:
            for line in output:
                try:
                    message = json.loads(line)
                except ValueError:
                    self.garbage.append(line)
                    continue
                message["arrays"] = [output.read(each) for each in message.get("$binary", [])]
                with self.changed:
                    self.messages.append(message)
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message, arrays=()):
        if arrays:
            message["$binary"] = [len(each) for each in arrays]
        line = json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"
        self.write(line + b"".join(arrays))

    def call(self, id, method, params=None, arrays=()):
        self.send({"id": id, "method": method, "params": params or {}}, arrays)

    def wait(self, wanted):
        """The first message of which `wanted` is true."""
        until = time.monotonic() + ANSWER_S
        with self.changed:
            while True:
                found = next((each for each in self.messages if wanted(each)), None)
                if found is not None:
                    return found
                if self.ended or not self.changed.wait(until - time.monotonic()):
                    raise AssertionError(f"no such message; there are {self.messages}; {self.said()}")

    def answer(self, id):
        return self.wait(lambda each: each.get("id") == id and "method" not in each)

    def told(self, method):
        return self.wait(lambda each: each.get("method") == method)

    def ask(self, method, params=None, arrays=(), id="ask"):
        self.call(id, method, params, arrays)
        return self.answer(id)

    def said(self):
        self.errors.seek(0)
        return self.errors.read()
