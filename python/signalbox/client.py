"""Speaks with a Signalbox gateway over HTTP.

::

    from signalbox import connect

    with connect() as laboratory:
        flow = laboratory.instrument("nitrogen")
        print(flow.read("fMeasure"))
        with flow.lease() as held:           # nobody else comes between
            held.write("setpoint", 16000)
            held.read("fMeasure")

Times are in seconds. Every wait ends. A client may be used by any number of threads at once.

Needs CPython 3.9 or later and no other package. This file can be copied and used alone.
"""

from __future__ import annotations

import getpass
import glob
import http.client
import json
import os
import secrets
import socket
import sys
import threading
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import quote, urlencode, urlsplit

__all__ = [
    "Client", "FAULTS", "Instrument", "Lease", "Reading", "SignalboxError", "Value", "connect",
    "find_gateway",
]

#: Where a gateway is unless said otherwise.
DEFAULT_URL = "http://127.0.0.1:5001"
#: How long the gateway may take to let a connection in.
CONNECT_TIMEOUT_S = 10.0
#: How long a request waits for its turn unless told.
WAIT_DEFAULT_S = 10.0
#: Longer than drivers give an instrument, and as often as a port repeats a read.
ANSWER_DEFAULT_S = 10.0
ATTEMPTS_MOST = 3
#: Beyond what a request may take at the gateway, its answer is waited for so long.
ANSWER_SLACK_S = 10.0
#: A stream may be silent for so long; the gateway sends a sign of life every 15 s.
SILENCE_LONGEST_S = 45.0
#: A stream that broke is opened again for so long.
REOPEN_LONGEST_S = 60.0
#: A lease ends so long after the last heartbeat unless told.
HOLD_DEFAULT_S = 30.0
#: A change of the settings waits so long for others that change them.
SETTINGS_LONGEST_S = 30.0
#: The longest answer.
ANSWER_BYTES_MOST = 64 << 20

_IDLE_LONGEST_S = 4.0
_CONNECTIONS_KEPT_MOST = 8
_HEARTBEAT_SHARE = 1 / 3
_BACK_OFF_FIRST_S = 0.05
_BACK_OFF_LONGEST_S = 1.0
_JOB_EVERY_S = 0.2
_JOB_FAILURES_MOST = 5

#: Who has to act, for each code of an error: the catalogue of docs/reference/errors.md. Written by
#: `npm run docs`.
FAULTS: Dict[str, str] = {
    **dict.fromkeys((
        "BAD_ARGUMENT", "NOT_FOUND", "VALUE_INVALID", "VALUE_OUT_OF_RANGE", "READ_ONLY",
        "WRITE_ONLY", "SECURED", "CONFIG_INVALID", "CONFIG_UNREADABLE", "CONFIG_CONFLICT",
        "CONFIG_READ_ONLY", "CONFIG_VERSION", "WAIT_TIMEOUT", "CANCELLED", "DEADLOCK", "LOCK_ORDER",
        "LEASE_HELD", "LEASE_LOST", "RENEWAL_LIMIT", "QUEUE_FULL", "RATE_LIMITED",
        "AUTHENTICATION_REQUIRED", "FORBIDDEN", "CLOSED", "PORT_RELEASED", "ALREADY_RUNNING",
        "GATEWAY_UNREACHABLE", "WORKER_BUSY", "SIGN_IN_REQUIRED", "PREMIUM_REQUIRED", "PLAYER_IDLE",
        "PLAYER_DEVICE_MISSING", "QUERY_INTERRUPTED", "QUERY_UNTERMINATED", "QUERY_DEADLOCKED",
        "DATABASE_CONSTRAINT", "JOB_RUNNING",
    ), "caller"),
    **dict.fromkeys((
        "CONFIG_WRITE_FAILED", "STATE_UNREADABLE", "DATABASE_BUSY", "DATABASE_FULL",
        "DATABASE_READ_ONLY", "DATABASE_FAILED", "INTERNAL",
    ), "signalbox"),
    **dict.fromkeys((
        "LINK_USB", "LINK_COMMUNICATION", "LINK_PROTOCOL", "LINK_TIMEOUT", "PORT_BUSY",
        "PORT_ABSENT", "WORKER_UNAVAILABLE", "WORKER_LOST", "WORKER_PROTOCOL",
        "DATABASE_UNREACHABLE", "NOTICE_FAILED", "NOTICE_REFUSED",
    ), "link"),
    **dict.fromkeys((
        "INSTRUMENT_TIMEOUT", "INSTRUMENT_ERROR", "INSTRUMENT_OFFLINE", "INSTRUMENT_REPLACED",
        "REPLY_MALFORMED", "OUTCOME_UNKNOWN", "WORKER_TIMEOUT", "WORKER_FAILED", "ACTOR_FAILED",
        "PLAYER_REFUSED", "CONDITION_FAILED", "ALARM_FAILED",
    ), "instrument"),
}

#: A value of a parameter.
Value = Union[int, float, str, bool, bytes]


class SignalboxError(Exception):
    """What failed, whose fault it is, and what to do next.

    :ivar code: stable, of the catalogue: ``LEASE_HELD``, ``INSTRUMENT_TIMEOUT``
    :ivar fault: who has to act: ``caller``, ``instrument``, ``link`` or ``signalbox``
    :ivar next_step: what to do, in one sentence
    :ivar details: facts for programs: the thing, its holder, its limit
    :ivar request_id: by which the gateway's log names the request; empty for an error found here
    """

    def __init__(self, code: str, message: str, *, next_step: str = "", fault: str = "",
                 details: Optional[Mapping[str, Any]] = None, request_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fault = fault or FAULTS.get(code, "signalbox")
        self.next_step = next_step
        self.details = dict(details or {})
        self.request_id = request_id

    @classmethod
    def from_report(cls, report: Mapping[str, Any]) -> "SignalboxError":
        """The error that a gateway reports."""
        return cls(
            str(report.get("code", "INTERNAL")), str(report.get("message", "unknown error")),
            next_step=str(report.get("nextStep", "")), fault=str(report.get("fault", "")),
            details=report.get("details"), request_id=str(report.get("requestId", "")))

    def __repr__(self) -> str:
        return f"SignalboxError({self.code!r}, {self.message!r})"


class Reading(NamedTuple):
    """A value that was read, or why there is none.

    :ivar value: None when it was not read
    :ivar unit: None where it has none
    :ivar at_s: when it arrived, in seconds since 1970
    :ivar error: why there is no value; only a watch gives one
    """

    instrument: str
    parameter: str
    value: Optional[Value]
    unit: Optional[str] = None
    at_s: Optional[float] = None
    error: Optional[SignalboxError] = None


def connect(url: Optional[str] = None, token: Optional[str] = None, *,
            program: Optional[str] = None) -> "Client":
    """Finds a gateway and checks that it answers.

    :param url: like ``http://127.0.0.1:5001``; unless given that of ``SIGNALBOX_URL``, else of the
        only gateway of this user on this machine, else that address
    :param token: unless given that of ``SIGNALBOX_TOKEN``, else of the gateway that was found here
    :param program: by which people see who asks; the name of the running program unless given

    Raises :class:`SignalboxError`: GATEWAY_UNREACHABLE, BAD_ARGUMENT when several gateways run here
    and none is named.
    """
    client = Client(*find_gateway(url, token), program=program)
    client.call("GET", ("livez",))
    return client


def find_gateway(url: Optional[str] = None,
                 token: Optional[str] = None) -> Tuple[str, Optional[str]]:
    """The address and token that :func:`connect` takes. Raises :class:`SignalboxError`."""
    wanted = url or os.environ.get("SIGNALBOX_URL")
    records = [each for each in _running_gateways() if each.get("url")]
    if wanted:
        records = [each for each in records if each["url"] == wanted.rstrip("/")]
    elif len(records) > 1:
        names = ", ".join(f"{each['name']} ({each['url']})" for each in records)
        raise SignalboxError("BAD_ARGUMENT", f"several gateways run here: {names}",
                             next_step="Give the url of one, or set SIGNALBOX_URL.")
    record = records[0] if records else {}
    token = token or os.environ.get("SIGNALBOX_TOKEN") or _token_in(record.get("tokenFile"))
    return wanted or record.get("url") or DEFAULT_URL, token


class Client:
    """One gateway. Made by :func:`connect`; closed by :meth:`close` or the end of a ``with``.

    All methods raise the :class:`SignalboxError` that the gateway reports, and GATEWAY_UNREACHABLE
    when none answers.
    """

    def __init__(self, url: str = DEFAULT_URL, token: Optional[str] = None, *,
                 program: Optional[str] = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise SignalboxError("BAD_ARGUMENT", f"'{url}' is no address of a gateway",
                                 next_step="Give one like http://127.0.0.1:5001.")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._is_secure = parts.scheme == "https"
        self._address = (parts.hostname, parts.port)
        self._headers = _introduction(program)
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._guard = threading.Lock()
        self._idle: List[Tuple[float, http.client.HTTPConnection]] = []

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that wait for the next request. Leases and watches end by themselves."""
        with self._guard:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def status(self) -> Dict[str, Any]:
        """The gateway with all ports, doors and instruments."""
        return self._get("status")

    def ports(self) -> List[Dict[str, Any]]:
        """All ports, with who holds them and who waits."""
        return list(self._get("ports")["ports"])

    def instruments(self) -> List["Instrument"]:
        """All instruments."""
        return [Instrument(self, each["name"], each) for each in self._get("instruments")["instruments"]]

    def instrument(self, name: str) -> "Instrument":
        """The instrument of that name; whether there is one shows when it is used."""
        return Instrument(self, name)

    def lease(self, *, instrument: Optional[str] = None, port: Optional[str] = None,
              shared: Optional[str] = None, wait_s: float = WAIT_DEFAULT_S,
              hold_s: float = HOLD_DEFAULT_S) -> "Lease":
        """Holds an instrument or a whole port until it is released, or the ``with`` ends::

            with client.lease(port="bus") as lease:
                lease.instrument("nitrogen").write("setpoint", 0)

        A thread sends heartbeats as long as it is held.

        :param instrument: the instrument; or
        :param port: the port
        :param shared: holds it together with all who name the same key; alone unless given
        :param wait_s: how long to wait for it
        :param hold_s: after how long it ends when this program hangs or dies

        Raises :class:`SignalboxError`: WAIT_TIMEOUT with who holds it, DEADLOCK, NOT_FOUND.
        """
        if (instrument is None) == (port is None):
            raise SignalboxError("BAD_ARGUMENT", "a lease is of either a port or an instrument",
                                 next_step="Give one of the two.")
        on = ("ports", port) if instrument is None else ("instruments", instrument)
        body: Dict[str, Any] = {"waitMs": _ms(wait_s), "holdMs": _ms(hold_s)}
        if shared is not None:
            body["mode"] = {"shared": shared}
        sent_s = time.monotonic()
        granted = self._call("POST", (*on, "leases"), body=body, takes_s=wait_s)
        return Lease(self, granted, instrument, sent_s)

    def watch(self, *parameters: str, every_s: float = 1.0, max_age_s: Optional[float] = None,
              lease: Optional["Lease"] = None) -> Iterator[Reading]:
        """Reads parameters again and again, until the loop is left::

            for reading in client.watch("nitrogen.fMeasure", every_s=0.5):
                print(reading.value, reading.error)

        A read that failed is a reading with an ``error``. When the connection breaks it is opened
        again, for 60 s. A loop that is slow gets the newest values and misses older ones.

        :param every_s: from 0.01 to 3600
        :param max_age_s: a value read at most so long ago will do

        Raises :class:`SignalboxError`: NOT_FOUND, WRITE_ONLY, GATEWAY_UNREACHABLE.
        """
        query = {"parameters": ",".join(parameters), "everyMs": _ms(every_s)}
        if max_age_s is not None:
            query["maxAgeMs"] = _ms(max_age_s)
        for event, data in _Stream(self, ("api", "v1", "watch"), query, lease):
            if event == "reading":
                yield _reading(data)
            elif event == "failure":
                error = SignalboxError.from_report(data["error"])
                yield Reading(data["instrument"], data["parameter"], None, error=error)

    def settings(self) -> Dict[str, Any]:
        """All settings of the gateway: ``values`` with defaults, ``written`` as in its file, ``revision``.

        Secrets are left out: ``{"redacted": True}`` stands for one, and keeps it when it is sent back.
        """
        return self._get("config")

    def change_settings(self, changes: List[Dict[str, Any]], *, why: Optional[str] = None,
                        expected_revision: Optional[int] = None,
                        dry_run: bool = False) -> Dict[str, Any]:
        """Changes settings, all of these or none::

            client.change_settings([{"path": "ports.bus.timeoutMs", "value": 500},
                                    {"path": ["instruments", "old"], "delete": True}])

        :param changes: each with ``path``, and ``value``, ``delete`` for its default, or ``rename``
        :param why: for the history
        :param expected_revision: changes nothing unless this is the newest
        :param dry_run: only finds out what would change, and whether it is good
        :returns: ``revision``, the one ``before``, ``changes``, ``pendingRestart``

        Raises :class:`SignalboxError`: CONFIG_INVALID with ``problems`` in its details, CONFIG_CONFLICT
        with ``revision``, ``by`` and ``keys``, CONFIG_READ_ONLY.
        """
        body = {"changes": changes, "why": why, "expectedRevision": expected_revision,
                "dryRun": dry_run or None}
        answer: Dict[str, Any] = self._call("PATCH", ("config",), body=body,
                                            takes_s=SETTINGS_LONGEST_S)
        return answer

    def settings_history(self, limit: int = 100) -> List[Dict[str, Any]]:
        """What was changed, ``by`` whom and ``why``, the newest first."""
        return list(self._call("GET", ("config", "history"), query={"limit": limit})["revisions"])

    def settings_diff(self, before: int, after: int) -> Dict[str, Any]:
        """What differs between two revisions: ``changes``, and ``text`` as ``diff -u`` has it."""
        answer: Dict[str, Any] = self._call("GET", ("config", "diff"),
                                            query={"from": before, "to": after})
        return answer

    def rollback_settings(self, revision: int, *, why: Optional[str] = None,
                          expected_revision: Optional[int] = None) -> Dict[str, Any]:
        """Makes all settings what they were at a revision, as a new one; as :meth:`change_settings`."""
        body = {"revision": revision, "why": why, "expectedRevision": expected_revision}
        answer: Dict[str, Any] = self._call("POST", ("config", "rollback"), body=body,
                                            takes_s=SETTINGS_LONGEST_S)
        return answer

    def call(self, method: str, path: Tuple[str, ...], *, query: Optional[Mapping[str, Any]] = None,
             body: Optional[Mapping[str, Any]] = None, lease: Optional["Lease"] = None,
             takes_s: float = 0.0) -> Any:
        """One request of the HTTP API, for what has no method here; its answer is None when it is empty.

        :param path: its parts, ``("api", "v1", "ports")``
        :param takes_s: how long the gateway itself may take
        """
        for is_repeat in (False, True):
            connection, is_fresh = self._connection(takes_s + ANSWER_SLACK_S)
            try:
                response = self._ask(connection, method, path, query, body, lease)
                text = response.read(ANSWER_BYTES_MOST)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # A connection that was kept may have ended in this moment; a write is never repeated.
                if is_fresh or is_repeat or method != "GET" or isinstance(error, socket.timeout):
                    failure = self._unreachable(error)
                    if method != "GET":
                        failure.next_step = "It may have been done: read back before you ask again."
                    raise failure from error
                continue
            self._keep(connection, response)
            return self._answer(response.status, text)

    def open_stream(self, path: Tuple[str, ...], query: Mapping[str, Any],
                    lease: Optional["Lease"], last_id: Optional[str],
                    ) -> Tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Begins to read a stream of events, on a connection of its own."""
        connection = self._fresh(SILENCE_LONGEST_S)
        more = {} if last_id is None else {"Last-Event-ID": last_id}
        try:
            response = self._ask(connection, "GET", path, query, None, lease, more)
            if response.status != 200:
                self._answer(response.status, response.read(ANSWER_BYTES_MOST))
            return connection, response
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._unreachable(error) from error
        except SignalboxError:
            connection.close()
            raise

    def _get(self, *path: str) -> Dict[str, Any]:
        answer: Dict[str, Any] = self._call("GET", path)
        return answer

    def _call(self, method: str, path: Tuple[Any, ...], **more: Any) -> Any:
        return self.call(method, ("api", "v1", *path), **more)

    def _ask(self, connection: http.client.HTTPConnection, method: str, path: Tuple[str, ...],
             query: Optional[Mapping[str, Any]], body: Optional[Mapping[str, Any]],
             lease: Optional["Lease"],
             more: Optional[Mapping[str, str]] = None) -> http.client.HTTPResponse:
        headers = {**self._headers, **(more or {})}
        if lease is not None:
            lease.check()
            headers["Signalbox-Lease"] = lease.token
        address = "".join(f"/{quote(part, safe='')}" for part in path)
        given = {name: value for name, value in (query or {}).items() if value is not None}
        if given:
            address += f"?{urlencode(given)}"
        content = None
        if method in ("POST", "PUT", "PATCH"):
            headers["Content-Type"] = "application/json"
            given = {name: value for name, value in (body or {}).items() if value is not None}
            content = json.dumps(given, default=_plain).encode()
        connection.request(method, address, content, headers)
        return connection.getresponse()

    def _connection(self, timeout_s: float) -> Tuple[http.client.HTTPConnection, bool]:
        """One to use, and whether it is new."""
        while True:
            with self._guard:
                if not self._idle:
                    break
                since_s, connection = self._idle.pop()
            if time.monotonic() - since_s < _IDLE_LONGEST_S and _is_open(connection.sock):
                connection.sock.settimeout(timeout_s)
                return connection, False
            connection.close()
        return self._fresh(timeout_s), True

    def _fresh(self, timeout_s: float) -> http.client.HTTPConnection:
        host, port = self._address
        connection = (http.client.HTTPSConnection(host, port, timeout=CONNECT_TIMEOUT_S)
                      if self._is_secure
                      else http.client.HTTPConnection(host, port, timeout=CONNECT_TIMEOUT_S))
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error) from error
        connection.sock.settimeout(timeout_s)
        return connection

    def _keep(self, connection: http.client.HTTPConnection,
              response: http.client.HTTPResponse) -> None:
        # Whether an encrypted connection still stands cannot be seen without reading from it.
        if response.isclosed() and connection.sock is not None and not self._is_secure:
            with self._guard:
                if len(self._idle) < _CONNECTIONS_KEPT_MOST:
                    self._idle.append((time.monotonic(), connection))
                    return
        connection.close()

    def _answer(self, status: int, text: bytes) -> Any:
        try:
            answer = json.loads(text) if text else None
        except ValueError:
            answer, status = None, 0
        if 200 <= status < 300:
            return answer
        report = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(report, dict):
            raise SignalboxError.from_report(report)
        raise self._unreachable(None)

    def _unreachable(self, error: Optional[Exception]) -> SignalboxError:
        why = ("answers as no gateway does" if error is None
               else "did not answer in time" if isinstance(error, socket.timeout)
               else f"does not answer: {error or type(error).__name__}")
        return SignalboxError(
            "GATEWAY_UNREACHABLE", f"the gateway at {self.url} {why}",
            next_step="Start one with `signalbox start`, or give the url of the one that runs.")


class Instrument:
    """An instrument of a gateway. What it is asked for shows in :meth:`parameters`."""

    def __init__(self, client: Client, name: str, report: Optional[Dict[str, Any]] = None,
                 lease: Optional["Lease"] = None) -> None:
        self.client = client
        self.name = name
        self._report = report
        self._lease = lease

    def __repr__(self) -> str:
        return f"Instrument({self.name!r})"

    @property
    def report(self) -> Dict[str, Any]:
        """What the gateway says of it: title, family, port, actions."""
        if self._report is None:
            self._report = self.client.call("GET", self._path())
        return self._report

    def parameters(self) -> List[Dict[str, Any]]:
        """Name, title, type, unit, limits and access of each."""
        return list(self.client.call("GET", self._path("parameters"))["parameters"])

    def read(self, parameter: Union[str, int], *, max_age_s: Optional[float] = None,
             timeout_s: Optional[float] = None, wait_s: Optional[float] = None,
             priority: Optional[str] = None) -> Value:
        """The value of a parameter, in the unit that :meth:`parameters` names.

        :param parameter: its name or number
        :param max_age_s: a value read at most so long ago will do; 0 unless given
        :param timeout_s: how long the instrument may take; unless given as long as its driver says
        :param wait_s: how long to wait for the turn; 10 unless given
        :param priority: ``safety``, ``interactive`` or ``poll``

        Raises :class:`SignalboxError`: NOT_FOUND, WRITE_ONLY, INSTRUMENT_TIMEOUT, WAIT_TIMEOUT.
        """
        reading = self.reading(parameter, max_age_s=max_age_s, timeout_s=timeout_s, wait_s=wait_s,
                               priority=priority)
        value = reading.value
        assert value is not None
        return value

    def reading(self, parameter: Union[str, int], *, max_age_s: Optional[float] = None,
                timeout_s: Optional[float] = None, wait_s: Optional[float] = None,
                priority: Optional[str] = None) -> Reading:
        """As :meth:`read`, with unit and time."""
        query = {"maxAgeMs": _ms(max_age_s), "timeoutMs": _ms(timeout_s), "waitMs": _ms(wait_s),
                 "priority": priority}
        return _reading(self.client.call(
            "GET", self._path("parameters", str(parameter)), query=query, lease=self._lease,
            takes_s=_takes_s(wait_s, timeout_s)))

    def write(self, parameter: Union[str, int], value: Value, *, unlock: Optional[bool] = None,
              timeout_s: Optional[float] = None, wait_s: Optional[float] = None,
              priority: Optional[str] = None) -> None:
        """Writes a parameter, and returns when the instrument has taken it. It is never sent twice.

        :param unlock: that a secured parameter is meant to be written

        Raises :class:`SignalboxError`: VALUE_INVALID and VALUE_OUT_OF_RANGE before anything is sent,
        READ_ONLY, SECURED, OUTCOME_UNKNOWN when the acknowledgement was lost.
        """
        body = {"value": _to_json(value), "unlock": unlock, "timeoutMs": _ms(timeout_s),
                "waitMs": _ms(wait_s), "priority": priority}
        self.client.call("PUT", self._path("parameters", str(parameter)), body=body,
                         lease=self._lease, takes_s=_takes_s(wait_s, timeout_s))

    def query(self, message: str, *, wait_s: Optional[float] = None,
              priority: Optional[str] = None) -> str:
        """Sends a message in the instrument's own language and gives its reply; nobody comes between."""
        answer = self._post(("query",), {"message": message}, wait_s, priority)
        return str(answer["reply"])

    def send(self, message: str, *, wait_s: Optional[float] = None,
             priority: Optional[str] = None) -> None:
        """Sends a message that has no reply."""
        self._post(("send",), {"message": message}, wait_s, priority)

    def functions(self) -> List[Dict[str, Any]]:
        """Name, doc and parameters of each function that :meth:`call` takes; none while the worker of
        the instrument is not ready."""
        return list(self.client.call("GET", self._path("functions"))["functions"])

    def call(self, function: str, /, **params: Any) -> Any:
        """Calls a function of the library that drives it, for instruments whose driver is a worker::

            trace = scope.call("acquire", channel=1)

        Arrays in the result are lists of numbers, with None for NaN and infinities. A call is never
        repeated. :meth:`call_with` says how long it may take and wait.

        Raises :class:`SignalboxError`: WORKER_FAILED with what the function raised, NOT_FOUND,
        WORKER_UNAVAILABLE when it was not sent, OUTCOME_UNKNOWN when its answer was lost.
        """
        return self.call_with(function, params)

    def call_with(self, function: str, params: Union[Mapping[str, Any], List[Any]], *,
                  timeout_s: Optional[float] = None, wait_s: Optional[float] = None,
                  priority: Optional[str] = None) -> Any:
        """As :meth:`call`.

        :param params: by name, or in order
        :param timeout_s: how long the function may take; unless given as long as its driver says
        :param wait_s: how long to wait for the turn; 10 unless given
        """
        body = {"function": function, "params": params, "timeoutMs": _ms(timeout_s),
                "waitMs": _ms(wait_s), "priority": priority}
        answer = self.client.call("POST", self._path("call"), body=body, lease=self._lease,
                                  takes_s=_takes_s(wait_s, timeout_s))
        return answer["result"]

    def identify(self, *, wait_s: Optional[float] = None) -> Dict[str, Any]:
        """What the instrument says it is: ``text``, and maker, model, serial, firmware where known."""
        answer: Dict[str, Any] = self._post(("identify",), {}, wait_s, None)
        return answer

    def run(self, action: str, *, progress: Optional[Callable[[float, str], None]] = None,
            wait_s: Optional[float] = None, **values: Value) -> Optional[Value]:
        """Does a longer operation (``report["actions"]`` lists them) and waits for its end.

        :param progress: told how far it is, from 0 to 1, and in words
        """
        sent = {name: _to_json(value) for name, value in values.items()}
        body = {"values": sent, "background": True}
        task = self._post(("actions", action), body, wait_s, None)
        failures = 0
        while task["state"] == "running":
            if progress is not None:
                progress(task["share"], task["message"])
            time.sleep(_JOB_EVERY_S)
            try:
                task = self.client.call("GET", ("api", "v1", "tasks", task["id"]))
                failures = 0
            except SignalboxError as error:
                failures += 1
                if error.code != "GATEWAY_UNREACHABLE" or failures > _JOB_FAILURES_MOST:
                    raise
        if task["state"] == "failed":
            raise SignalboxError.from_report(task.get("error", {}))
        return _from_json(task["result"]) if task.get("result") is not None else None

    def lease(self, *, shared: Optional[str] = None, wait_s: float = WAIT_DEFAULT_S,
              hold_s: float = HOLD_DEFAULT_S) -> "Lease":
        """Holds this instrument; as :meth:`Client.lease`."""
        return self.client.lease(instrument=self.name, shared=shared, wait_s=wait_s, hold_s=hold_s)

    def watch(self, *parameters: str, every_s: float = 1.0,
              max_age_s: Optional[float] = None) -> Iterator[Reading]:
        """Parameters of this instrument; as :meth:`Client.watch`."""
        names = [f"{self.name}.{each}" for each in parameters]
        return self.client.watch(*names, every_s=every_s, max_age_s=max_age_s, lease=self._lease)

    def _path(self, *more: str) -> Tuple[str, ...]:
        if not self.name:
            raise SignalboxError("BAD_ARGUMENT", "a lease of a port is no instrument",
                                 next_step="Name one: lease.instrument(NAME).")
        return ("api", "v1", "instruments", self.name, *more)

    def _post(self, path: Tuple[str, ...], body: Dict[str, Any], wait_s: Optional[float],
              priority: Optional[str]) -> Any:
        body = {**body, "waitMs": _ms(wait_s), "priority": priority}
        return self.client.call("POST", self._path(*path), body=body, lease=self._lease,
                                takes_s=_takes_s(wait_s, None))


class Lease(Instrument):
    """A hold on an instrument or port, kept by heartbeats until it is released. One of an instrument
    is that instrument, under the lease; :meth:`instrument` gives others that it covers.

    :ivar token: shown to the gateway with each request. Keep it secret.
    :ivar lost: why it ended without being released; None as long as it holds
    """

    def __init__(self, client: Client, granted: Mapping[str, Any], instrument: Optional[str],
                 sent_s: float) -> None:
        super().__init__(client, instrument or "", lease=self)
        self.id: str = granted["id"]
        self.token: str = granted["token"]
        self.port: str = granted["port"]
        self.lost: Optional[SignalboxError] = None
        self._hold_s = granted["expiresInMs"] / 1000
        self._ends_s = sent_s + self._hold_s
        self._released = threading.Event()
        threading.Thread(target=self._beat, name=f"signalbox-lease-{self.id}", daemon=True).start()

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"Lease({self.name or self.port!r})"

    def instrument(self, name: str) -> Instrument:
        """An instrument of the port that is held, under this lease."""
        return Instrument(self.client, name, lease=self)

    def check(self) -> None:
        """Returns while it holds. Raises :class:`SignalboxError` with LEASE_LOST afterwards."""
        if self.lost is not None:
            raise self.lost
        if self._released.is_set():
            raise _lease_lost(f"lease {self.id} was released")

    def release(self) -> None:
        """Ends it. Does nothing when it has ended before. Raises GATEWAY_UNREACHABLE."""
        if self._released.is_set() or self.lost is not None:
            return
        try:
            self.client.call("DELETE", ("api", "v1", "leases", self.id), lease=self)
        except SignalboxError as error:
            if error.code != "LEASE_LOST":
                raise
        finally:
            self._released.set()

    def _beat(self) -> None:
        delay_s = self._hold_s * _HEARTBEAT_SHARE
        back_off_s = _BACK_OFF_FIRST_S
        while not self._released.wait(delay_s):
            sent_s = time.monotonic()
            if sent_s >= self._ends_s:
                self.lost = _lease_lost(f"lease {self.id} expired without a heartbeat")
                return
            try:
                answer = self.client.call("POST", ("api", "v1", "leases", self.id, "heartbeat"),
                                          lease=self)
            except SignalboxError as error:
                if error.code == "LEASE_LOST":
                    if not self._released.is_set():
                        self.lost = error
                    return
                # Others wait, or the gateway is away for a moment: what is left of the time counts.
                delay_s = min(back_off_s, max(0.0, self._ends_s - time.monotonic()))
                back_off_s = min(2 * back_off_s, _BACK_OFF_LONGEST_S)
            else:
                self._ends_s = sent_s + answer["expiresInMs"] / 1000
                delay_s = self._hold_s * _HEARTBEAT_SHARE
                back_off_s = _BACK_OFF_FIRST_S


class _Stream:
    """Server-sent events (HTML Living Standard, section 9.2.6), opened again when they break off."""

    def __init__(self, client: Client, path: Tuple[str, ...], query: Mapping[str, Any],
                 lease: Optional[Lease]) -> None:
        self._client = client
        self._path = path
        self._query = query
        self._lease = lease
        self._last_id: Optional[str] = None

    def __iter__(self) -> Iterator[Tuple[str, Any]]:
        was_open = False
        broken_s: Optional[float] = None
        back_off_s = _BACK_OFF_FIRST_S
        while True:
            try:
                for event in self._events():
                    was_open, broken_s, back_off_s = True, None, _BACK_OFF_FIRST_S
                    yield event
            except SignalboxError as error:
                if not was_open or error.code not in ("GATEWAY_UNREACHABLE", "CLOSED"):
                    raise
            now_s = time.monotonic()
            broken_s = broken_s or now_s
            if now_s - broken_s > REOPEN_LONGEST_S:
                raise SignalboxError("GATEWAY_UNREACHABLE",
                                     f"the stream of {self._client.url} broke off",
                                     next_step="See whether the gateway runs.")
            time.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, _BACK_OFF_LONGEST_S)

    def _events(self) -> Iterator[Tuple[str, Any]]:
        connection, response = self._client.open_stream(
            self._path, self._query, self._lease, self._last_id)
        event, data = "message", []
        try:
            while True:
                line = response.readline(ANSWER_BYTES_MOST)
                if not line:
                    return
                field, _, value = line.decode().rstrip("\r\n").partition(":")
                value = value[1:] if value.startswith(" ") else value
                if field == "event":
                    event = value
                elif field == "data":
                    data.append(value)
                elif field == "id":
                    self._last_id = value
                elif field == "" and line.strip() == b"":
                    if data:
                        yield event, json.loads("\n".join(data))
                    event, data = "message", []
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._client._unreachable(error if isinstance(error, OSError) else None) from error
        finally:
            response.close()
            connection.close()


def _reading(report: Mapping[str, Any]) -> Reading:
    return Reading(report["instrument"], report["parameter"], _from_json(report["value"]),
                   report.get("unit"), report["atMs"] / 1000)


def _to_json(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"hex": bytes(value).hex()}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"number": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    return value


def _from_json(value: Any) -> Value:
    if isinstance(value, dict):
        return float(value["number"]) if "number" in value else bytes.fromhex(value["hex"])
    plain: Value = value
    return plain


def _plain(value: Any) -> Any:
    """Numbers of other packages, such as numpy, as Python's."""
    whole = getattr(value, "tolist", None)
    if whole is not None and getattr(value, "shape", ()) != ():
        return whole()
    item = getattr(value, "item", None)
    if item is not None:
        return _to_json(item())
    raise SignalboxError("VALUE_INVALID", f"{value!r} is no value of a parameter",
                         next_step="Give a number, text, a boolean or bytes.")


def _ms(seconds: Any) -> Any:
    return None if seconds is None else round(seconds * 1000)


def _takes_s(wait_s: Optional[float], timeout_s: Optional[float]) -> float:
    """How long the gateway may take: the turn, and each of its attempts."""
    turn_s = WAIT_DEFAULT_S if wait_s is None else wait_s
    return turn_s + ATTEMPTS_MOST * (ANSWER_DEFAULT_S if timeout_s is None else timeout_s)


def _lease_lost(message: str) -> SignalboxError:
    return SignalboxError(
        "LEASE_LOST", message,
        next_step="Take a new lease, and check the state of the instrument before going on.")


def _is_open(connection: socket.socket) -> bool:
    """Whether nothing has come on it: neither its end nor bytes that nobody asked for."""
    try:
        connection.settimeout(0)
        connection.recv(1, socket.MSG_PEEK)
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def _introduction(program: Optional[str]) -> Dict[str, str]:
    """What a program says of itself, so that others see who asks."""
    name = program or os.path.basename(sys.argv[0]) or "python"
    headers = {"Signalbox-Program": name, "Signalbox-Client": secrets.token_hex(16),
               "Signalbox-Pid": str(os.getpid())}
    try:
        headers["Signalbox-User"] = getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A machine that does not know who runs this.
        pass
    return {key: value.encode("ascii", "replace").decode() for key, value in headers.items()}


def _running_gateways() -> List[Dict[str, Any]]:
    """The gateways of this user on this machine, as they have written themselves down."""
    if not hasattr(os, "getuid"):
        return []
    temporary = next((os.environ[name] for name in ("TMPDIR", "TMP", "TEMP") if os.environ.get(name)),
                     "/tmp")
    base = os.environ.get("XDG_RUNTIME_DIR") or os.path.join(temporary, f"run-{os.getuid()}")
    records = []
    for path in glob.glob(os.path.join(glob.escape(base), "signalbox", "*", "gateway.json")):
        try:
            # One that another user has written would lead the token astray.
            if os.stat(path).st_uid != os.getuid():
                continue
            with open(path, encoding="utf-8") as file:
                record = json.load(file)
            if _start_ticks(record["pid"]) == record["startTicks"]:
                records.append(record)
        except (OSError, ValueError, KeyError):
            continue
    return records


def _start_ticks(pid: int) -> str:
    """When a process began: field 22 of /proc/pid/stat (man 5 proc_pid_stat)."""
    with open(f"/proc/{int(pid)}/stat", encoding="latin-1") as file:
        fields = file.read().rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _token_in(path: Optional[str]) -> Optional[str]:
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip() or None
    except OSError:
        return None
