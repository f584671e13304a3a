"""One ProPar line of a gateway: requests and their answers over the raw socket of its port."""

import os
import re
import socket
import threading
import time
from typing import Any, Dict, Optional, Tuple
from urllib.parse import urlsplit

from .client import Client, SignalboxError, find_gateway
from .propar_constants import PP_MODE_BINARY, PP_STATUS_COMMUNICATION_ERROR, PP_STATUS_TIMEOUT_ANSWER
from .propar_frames import Frame, FrameReader, encode_frame

#: A FLOW-BUS host has about five message buffers, and the gateway takes no more ahead.
AHEAD_MOST = 5
LINE_CONNECT_TIMEOUT_S = 10.0

_READ_BYTES = 4096
_SOCKET = re.compile(r"(?:socket://|TCPIP\d*::)(.+?)(?:::|:)(\d+)(?:::SOCKET)?", re.IGNORECASE)

Key = Tuple[int, int]


class Failed(Exception):
    """No answer; ``status`` says why in the numbers of the maker's library."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Line:
    """A connection to one line, opened again when it breaks. Answers go to their requests by number
    and node; those that come too late go to nobody.

    :ivar mode: kept for programs that set it; the gateway speaks to the bus as its file says
    :ivar debug: prints each message
    :ivar auto_reopen: whether a line that broke is opened again by the next request
    :ivar open_count: how often it was opened
    """

    def __init__(self, comport: str) -> None:
        self.comport = comport
        self.mode = PP_MODE_BINARY
        self.debug = False
        self.auto_reopen = True
        self.open_count = 0
        self._guard = threading.Condition()
        self._ahead = threading.BoundedSemaphore(AHEAD_MOST)
        self._waiting: Dict[Key, Optional[Frame]] = {}
        self._connection: Optional[socket.socket] = None
        self._sequence = 0

    def start(self) -> None:
        """Connects where it is not. Raises SignalboxError: GATEWAY_UNREACHABLE, NOT_FOUND."""
        with self._guard:
            if self._connection is None:
                self._open()

    def stop(self) -> None:
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._lost(self._connection)

    def ask(self, node: int, data: bytes, timeout_s: float) -> Frame:
        """The answer to a message. Raises :class:`Failed`."""
        with self._ahead:
            with self._guard:
                key = self._send(node, data)
                until_s = time.monotonic() + timeout_s
                try:
                    while True:
                        if key not in self._waiting:
                            raise Failed(PP_STATUS_COMMUNICATION_ERROR)
                        answer = self._waiting[key]
                        if answer is not None:
                            return answer
                        left_s = until_s - time.monotonic()
                        if left_s <= 0:
                            raise Failed(PP_STATUS_TIMEOUT_ANSWER)
                        self._guard.wait(left_s)
                finally:
                    self._waiting.pop(key, None)

    def tell(self, node: int, data: bytes) -> None:
        """Sends what has no answer. Raises :class:`Failed`."""
        with self._guard:
            self._waiting.pop(self._send(node, data), None)

    def _send(self, node: int, data: bytes) -> Key:
        try:
            if self._connection is None:
                if not self.auto_reopen:
                    raise Failed(PP_STATUS_COMMUNICATION_ERROR)
                self._open()
            connection = self._connection
            assert connection is not None
            self._sequence = (self._sequence + 1) % 256
            key = (self._sequence, node)
            self._waiting[key] = None
            if self.debug:
                print(f"{self.comport} > {data.hex()} to node {node}")
            connection.sendall(encode_frame(self._sequence, node, data))
            return key
        except (OSError, SignalboxError) as error:
            if self._connection is not None:
                self._lost(self._connection)
            raise Failed(PP_STATUS_COMMUNICATION_ERROR) from error

    def _open(self) -> None:
        address = address_of(self.comport)
        try:
            connection = socket.create_connection(address, LINE_CONNECT_TIMEOUT_S)
        except OSError as error:
            raise SignalboxError(
                "GATEWAY_UNREACHABLE", f"the raw socket {address[0]}:{address[1]}: {error}",
                next_step="See with `signalbox status` whether the gateway runs and listens there.",
            ) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self.open_count += 1
        threading.Thread(target=self._read, args=(connection,), name=f"propar-{self.comport}",
                         daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        reader = FrameReader()
        while True:
            try:
                data = connection.recv(_READ_BYTES)
            except socket.timeout:
                continue
            except OSError:
                data = b""
            with self._guard:
                if not data:
                    self._lost(connection)
                    return
                for frame in reader.push(data):
                    self._received(frame)

    def _received(self, frame: Frame) -> None:
        if self.debug:
            print(f"{self.comport} < {frame.data.hex()} from node {frame.node}")
        key = (frame.sequence, frame.node)
        if key in self._waiting:
            self._waiting[key] = frame
            self._guard.notify_all()

    def _lost(self, connection: socket.socket) -> None:
        connection.close()
        if self._connection is connection:
            self._connection = None
            self._waiting.clear()
            self._guard.notify_all()


def address_of(comport: str) -> Tuple[str, int]:
    """Where the line of a serial port is: at the raw socket of the gateway's port with that device.

    :param comport: the device as the gateway's file names it, or another name of the same; a port,
        instrument or virtual port of the gateway; or a socket: ``socket://host:port``

    Raises :class:`SignalboxError`: NOT_FOUND when the gateway has no such port, or no socket to it.
    """
    named = _SOCKET.fullmatch(comport)
    if named is not None:
        return named.group(1), int(named.group(2))
    url, token = find_gateway()
    with Client(url, token) as client:
        status = client.status()
    port = _port_named(comport, status)
    if port is None:
        names = ", ".join(f"{each['name']} ({each['address']})" for each in status["ports"])
        raise SignalboxError("NOT_FOUND", f"the gateway at {url} has no port {comport}",
                             next_step=f"Name one of its ports: {names}.")
    sockets = [each["address"] for each in status["doors"]
               if each["kind"] == "socket" and each.get("serves", {}).get("port") == port]
    found = _SOCKET.fullmatch(sockets[0]) if sockets else None
    if found is None:
        raise SignalboxError(
            "NOT_FOUND", f"port {port} of the gateway at {url} has no raw socket",
            next_step=f"Write `socket = 0` under one of the [instruments] on port {port}.")
    host = found.group(1)
    if host in ("0.0.0.0", "::"):
        host = urlsplit(url).hostname or host
    return host, int(found.group(2))


def _port_named(comport: str, status: Dict[str, Any]) -> Optional[str]:
    """The port that has that name or device, or that an instrument or door of that name belongs to."""
    ports = [(each["name"], each, each["name"]) for each in status["ports"]]
    others = [(each["name"], each, (each.get("serves") or each).get("port"))
              for each in [*status["doors"], *status["instruments"]]]
    device = os.path.realpath(comport)
    for name, each, port in [*ports, *others]:
        address = each.get("address")
        is_same = address is not None and device == os.path.realpath(address)
        if port is not None and (comport in (name, address) or is_same):
            return str(port)
    return None
