"""The maker's library for flow controllers, on a bus that a Signalbox gateway shares.

One line of a program changes::

    from signalbox import propar           # was: import propar

    flow = propar.instrument("/dev/ttyUSB0", 3)
    flow.setpoint = 16000
    print(flow.measure, flow.readParameter(205))

The device is the one in the gateway's file; a port or instrument of the gateway, and the path of one of
its virtual ports, lead to the same bus. One instrument on the port needs ``socket = 0`` in that file.

Where the maker's library sends 0 for a value that cannot be packed (1.5, 70000 or "abc" for an
integer), nothing is sent here and the status is 6. An error frame is a status in writes, too.
"""

import queue
import re
import struct
import threading
import traceback
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from .client import SignalboxError
from .propar_constants import *  # noqa: F403  the maker's library has them at this place
from .propar_constants import (
    PP_COMMAND_SEND_PARM,
    PP_COMMAND_SEND_PARM_BROADCAST,
    PP_COMMAND_SEND_PARM_WITH_ACK,
    PP_STATUS_BUFFER_OVERFLOW,
    PP_STATUS_COMMUNICATION_ERROR,
    PP_STATUS_OK,
    PP_STATUS_PARM_VALUE,
    PP_STATUS_TIMEOUT_ANSWER,
    PP_TYPE_FLOAT,
    PP_TYPE_INT8,
    PP_TYPE_STRING,
)
from .propar_database import database
from .propar_frames import (
    decode_value,
    encode_value,
    parts_that_fit,
    request_message,
    status_in,
    values_in,
    write_message,
)
from .propar_line import Failed, Line

__all__ = ["SignalboxError", "database", "instrument", "master"]

#: The number of an instrument that is whoever is directly connected.
DIRECT_NODE = 0x80
NODE_MOST = 127
#: How long a message may take to be answered: as long as the gateway keeps it in line.
RESPONSE_TIMEOUT_S = 2.0
#: An address that does not answer for so long is free.
PROBE_TIMEOUT_S = 0.25
#: So many requests with a callback may wait; a further one waits for the first of them.
CALLBACKS_MOST = 1000

_FRAME_ERROR = 0x80
#: An identification is a character for the kind, often ``SN``, and the serial number.
_SERIAL = re.compile("^.(?:SN)?")
_CHANNELLED = (1, 33, 65, 97, 104)
_CHANNELS_MOST = 16
_DDE_IDENTIFICATION, _DDE_MEASURE, _DDE_SETPOINT = 1, 8, 9
_DDE_IDENTIFICATION_NUMBER = 175

Request = Dict[str, Any]
Results = List[Dict[str, Any]]


class master:
    """A bus. All masters of one device in a program share one connection.

    :param comport: the device; see the module
    :param baudrate: kept for programs that give it: the gateway's file has the rate of the bus
    :param serial_class: not used

    :ivar response_timeout: in seconds
    :ivar broadcast_callback: never called: a gateway gives an instrument's unasked values to nobody
    :ivar propar: the line itself: ``mode``, ``debug``, ``auto_reopen``, ``open_count``

    Raises :class:`SignalboxError`: GATEWAY_UNREACHABLE, or NOT_FOUND when the gateway has no such port.
    """

    def __init__(self, comport: str, baudrate: int = 38400, serial_class: Any = None) -> None:
        self.comport = comport
        self.baudrate = baudrate
        self.db = database()
        self.response_timeout = RESPONSE_TIMEOUT_S
        self.broadcast_callback: Optional[Callable[[Results], None]] = None
        self.propar = _line(comport)
        self.propar.start()
        self._later: "queue.Queue[Tuple[Callable[[Any], None], Callable[[], Any]]]" = \
            queue.Queue(CALLBACKS_MOST)
        self._later_guard = threading.Lock()
        self._later_runs = False

    @property
    def debug(self) -> bool:
        """Whether each message is printed."""
        return self.propar.debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self.propar.debug = value

    def start(self) -> None:
        """Connects again after :meth:`stop`."""
        self.propar.start()

    def stop(self) -> None:
        """Ends the connection, for all masters of this device."""
        self.propar.stop()

    def set_baudrate(self, baudrate: int) -> None:
        """Kept for programs that call it: the gateway's file has the rate of the bus."""
        self.baudrate = baudrate

    def dump(self, level: int = 1) -> None:
        """Prints what is sent and received from level 1 on; 0 ends it."""
        if level not in (0, 1, 2):
            raise ValueError(f"{level!r} is no dump level; 0, 1 and 2 are")
        self.propar.debug = level > 0

    def read(self, address: int, proc_nr: int, parm_nr: int, parm_type: int) -> Any:
        """One value, None when it was not read."""
        request = {"node": address, "proc_nr": proc_nr, "parm_nr": parm_nr, "parm_type": parm_type}
        results: Results = self.read_parameters([request]) or []
        return results[0]["data"]

    def write(self, address: int, proc_nr: int, parm_nr: int, parm_type: int, data: Any) -> bool:
        """Whether one value was written and acknowledged."""
        request = {"node": address, "proc_nr": proc_nr, "parm_nr": parm_nr, "parm_type": parm_type,
                   "data": data}
        return self.write_parameters([request]) == PP_STATUS_OK

    def read_parameters(self, parameters: Sequence[Request],
                        callback: Optional[Callable[[Results], None]] = None) -> Optional[Results]:
        """Several values of one instrument, the one that ``node`` of the first names.

        :param callback: takes the results on another thread; then this returns None at once

        Gives for each a dictionary with ``data`` and ``status`` 0; when they were not read one alone,
        with the status and None. Raises KeyError when the first names no node.
        """
        node, requests = _node_of(parameters), list(parameters)
        if callback is None:
            return self._read(node, requests)
        self._run_later(callback, lambda: self._read(node, requests))
        return None

    def write_parameters(self, parameters: Sequence[Request],
                         command: int = PP_COMMAND_SEND_PARM_WITH_ACK,
                         callback: Optional[Callable[[int], None]] = None) -> int:
        """Writes several values of one instrument in one message, and gives the status.

        :param command: with or without an acknowledgement, or a broadcast
        :param callback: takes the status on another thread; then this returns 0 at once

        Raises KeyError when the first names no node, ValueError for another command.
        """
        node, requests = _node_of(parameters), list(parameters)
        if command not in (PP_COMMAND_SEND_PARM_WITH_ACK, PP_COMMAND_SEND_PARM,
                           PP_COMMAND_SEND_PARM_BROADCAST):
            raise ValueError(f"command {command!r} writes nothing; 1, 2 and 3 do")
        if callback is None:
            return self._write(node, requests, command)
        self._run_later(callback, lambda: self._write(node, requests, command))
        return PP_STATUS_OK

    def get_nodes(self, find_first: bool = True) -> Results:
        """The instruments of the bus: ``address``, ``type``, ``serial``, ``id`` and ``channels``.

        :param find_first: whether addresses from 1 on are tried besides the one that is connected
        """
        found: Dict[int, Dict[str, Any]] = {}
        self._follow_ring(DIRECT_NODE, found)
        if find_first:
            local = next(iter(found), NODE_MOST)
            for node in range(1, local):
                if node not in found and self._follow_ring(node, found):
                    break
        return [found[address] for address in sorted(found)]

    def _follow_ring(self, node: int, found: Dict[int, Dict[str, Any]]) -> bool:
        """From one address on to each next one; whether there was an instrument at the first."""
        begins = True
        while True:
            is_probed = begins and node != DIRECT_NODE
            own = self._one(node, 0, 1, PP_TYPE_INT8, PROBE_TIMEOUT_S if is_probed else None)
            if own is None or not 1 <= own <= NODE_MOST:
                return not begins
            begins = False
            if own in found:
                return True
            name = (self._one(node, 0, 0, PP_TYPE_STRING) or "").strip()
            found[own] = {
                "address": own,
                "type": (self._one(own, 113, 1, PP_TYPE_STRING) or "").strip() or self._kind(name),
                "serial": (self._one(own, 113, 3, PP_TYPE_STRING) or "").strip() or _SERIAL.sub("", name),
                "id": name,
                "channels": self._one(own, 0, 18, PP_TYPE_INT8) or 1,
            }
            node = self._one(own, 0, 3, PP_TYPE_INT8) or 0
            if not 1 <= node <= NODE_MOST or node in found:
                return True

    def _kind(self, name: str) -> str:
        """What the first character of an identification stands for."""
        number = int(name[0]) if name[:1].isdigit() else ord(name[0]) if name else -1
        for each in self.db.get_parameter_values(_DDE_IDENTIFICATION_NUMBER):
            if each["value"] == number:
                return str(each["description"].split(",")[0])
        return ""

    def _one(self, node: int, proc_nr: int, parm_nr: int, parm_type: int,
             timeout_s: Optional[float] = None) -> Any:
        request = {"proc_nr": proc_nr, "parm_nr": parm_nr, "parm_type": parm_type}
        return self._read(node, [request], timeout_s)[0]["data"]

    def _read(self, node: int, requests: List[Request],
              timeout_s: Optional[float] = None) -> Results:
        results: Results = []
        try:
            for part in parts_that_fit(requests):
                results += self._read_part(node, part, timeout_s or self.response_timeout)
        except Failed as error:
            return [{"status": error.status, "data": None}]
        return results

    def _read_part(self, node: int, part: List[Request], timeout_s: float) -> Results:
        answer = self.propar.ask(node, request_message(part), timeout_s)
        if answer.error is not None:
            raise Failed(_FRAME_ERROR + answer.error)
        status = status_in(answer.data)
        if status == PP_STATUS_BUFFER_OVERFLOW and len(part) > 1:
            half = len(part) // 2
            return (self._read_part(node, part[:half], timeout_s)
                    + self._read_part(node, part[half:], timeout_s))
        if status is not None:
            raise Failed(status)
        try:
            values = values_in(answer.data, part)
        except ValueError:
            raise Failed(PP_STATUS_COMMUNICATION_ERROR) from None
        return [_result(node, request, value, end) for request, (value, end) in zip(part, values)]

    def _write(self, node: int, requests: List[Request], command: int) -> int:
        try:
            message = write_message(command, requests)
        except ValueError:
            return PP_STATUS_PARM_VALUE
        try:
            if command != PP_COMMAND_SEND_PARM_WITH_ACK:
                self.propar.tell(node, message)
                return PP_STATUS_OK
            answer = self.propar.ask(node, message, self.response_timeout)
        except Failed as error:
            return error.status
        if answer.error is not None:
            return _FRAME_ERROR + answer.error
        status = status_in(answer.data)
        return PP_STATUS_COMMUNICATION_ERROR if status is None else status

    def _run_later(self, take: Callable[[Any], None], make: Callable[[], Any]) -> None:
        with self._later_guard:
            if not self._later_runs:
                self._later_runs = True
                threading.Thread(target=self._run_callbacks, name="propar-callbacks",
                                 daemon=True).start()
        self._later.put((take, make))

    def _run_callbacks(self) -> None:
        while True:
            take, make = self._later.get()
            try:
                take(make())
            except Exception:
                # The program's own mistake; the next callback is not to suffer for it.
                traceback.print_exc()


class instrument:
    """One instrument of a bus.

    :param comport: the device; see the module
    :param address: its node, 1 to 127; 128 is whoever is directly connected
    :param baudrate: as for :class:`master`
    :param channel: 1 to 16, for instruments with several
    :param serial_class: not used

    Raises as :class:`master`, and ValueError for an address or channel that no instrument has.
    """

    def __init__(self, comport: str, address: int = DIRECT_NODE, baudrate: int = 38400,
                 channel: int = 1, serial_class: Any = None) -> None:
        if not 1 <= address <= DIRECT_NODE:
            raise ValueError(f"address is {address}; it must be 1 to {DIRECT_NODE}")
        self.address = address
        self.comport = comport
        self.channel = _checked_channel(channel)
        self.master = _master(comport, baudrate)
        self.db = self.master.db

    @property
    def measure(self) -> Any:
        """What is measured now, 32000 for 100 %; None when it was not read."""
        return self.readParameter(_DDE_MEASURE)

    @property
    def setpoint(self) -> Any:
        """32000 for 100 %; None when it was not read. Setting it tells nobody when that fails."""
        return self.readParameter(_DDE_SETPOINT)

    @setpoint.setter
    def setpoint(self, value: int) -> None:
        self.writeParameter(_DDE_SETPOINT, value)

    @property
    def id(self) -> Any:
        """Its identification string; None when it was not read."""
        return self.readParameter(_DDE_IDENTIFICATION)

    def readParameter(self, dde_nr: int, channel: Optional[int] = None) -> Any:
        """A value by its DDE number, None when it was not read. Raises ValueError for a number that is
        not in the list."""
        results = self.read_parameters([self.db.get_parameter(dde_nr)], channel=channel) or []
        return results[0]["data"]

    def writeParameter(self, dde_nr: int, data: Any, channel: Optional[int] = None) -> bool:
        """Whether a value was written, by its DDE number. One that does not fit its type or limits is
        not sent. One whose acknowledgement is lost is read back, never sent again. Raises ValueError
        for a number that is not in the list."""
        parameter = self.db.get_parameter(dde_nr)
        try:
            encode_value(parameter["parm_type"], data, parameter.get("parm_size") or 0)
        except ValueError:
            return False
        if not self.db.takes(dde_nr, data):
            return False
        status = self.write_parameters([{**parameter, "data": data}], channel=channel)
        if status == PP_STATUS_TIMEOUT_ANSWER:
            return _is_same(parameter["parm_type"], data, self.readParameter(dde_nr, channel))
        return status == PP_STATUS_OK

    def read_parameters(self, parameters: Sequence[Request],
                        callback: Optional[Callable[[Results], None]] = None,
                        channel: Optional[int] = None) -> Optional[Results]:
        """As :meth:`master.read_parameters`, for this instrument."""
        return self.master.read_parameters(self._own(parameters, channel), callback)

    def write_parameters(self, parameters: Sequence[Request],
                         command: int = PP_COMMAND_SEND_PARM_WITH_ACK,
                         callback: Optional[Callable[[int], None]] = None,
                         channel: Optional[int] = None) -> int:
        """As :meth:`master.write_parameters`, for this instrument."""
        return self.master.write_parameters(self._own(parameters, channel), command, callback)

    def read(self, proc_nr: int, parm_nr: int, parm_type: int) -> Any:
        """A value by its address, None when it was not read."""
        return self.master.read(self.address, proc_nr, parm_nr, parm_type)

    def write(self, proc_nr: int, parm_nr: int, parm_type: int, data: Any) -> bool:
        """Whether a value was written, by its address."""
        return self.master.write(self.address, proc_nr, parm_nr, parm_type, data)

    def wink(self, time: int = 9) -> bool:
        """Makes the instrument blink for 1 to 9 seconds. Raises ValueError for another time."""
        if time not in range(1, 10):
            raise ValueError(f"wink takes 1 to 9 seconds, not {time!r}")
        return self.writeParameter(_DDE_IDENTIFICATION, str(time))

    def _own(self, parameters: Sequence[Request], channel: Optional[int]) -> List[Request]:
        shift = (self.channel if channel is None else _checked_channel(channel)) - 1
        return [{**each, "node": self.address,
                 "proc_nr": each["proc_nr"] + (shift if each["proc_nr"] in _CHANNELLED else 0)}
                for each in parameters]


_lines: Dict[str, Line] = {}
_masters: Dict[str, master] = {}
_guard = threading.RLock()


def _line(comport: str) -> Line:
    with _guard:
        if comport not in _lines:
            _lines[comport] = Line(comport)
        return _lines[comport]


def _master(comport: str, baudrate: int) -> master:
    """The one that all instruments of a device share."""
    with _guard:
        if comport not in _masters:
            _masters[comport] = master(comport, baudrate)
        return _masters[comport]


def _node_of(parameters: Sequence[Request]) -> int:
    if not parameters:
        raise KeyError("node")
    node: int = parameters[0]["node"]
    return node


def _checked_channel(channel: int) -> int:
    if not 1 <= channel <= _CHANNELS_MOST:
        raise ValueError(f"channel is {channel}; it must be 1 to {_CHANNELS_MOST}")
    return channel


def _result(node: int, request: Request, value: bytes, end: int) -> Dict[str, Any]:
    asked = {name: each for name, each in request.items() if name != "data"}
    data = decode_value(request["parm_type"], value, request.get("parm_size") or 0)
    return {**asked, "node": node, "data": data, "status": PP_STATUS_OK, "status_pos": end,
            "action": "write", "proc_index": request["proc_nr"], "parm_index": request["parm_nr"]}


def _is_same(parm_type: int, written: Any, read: Any) -> bool:
    if read is None:
        return False
    if parm_type == PP_TYPE_FLOAT:
        return struct.pack(">f", written) == struct.pack(">f", read)
    return bool(written == read)
