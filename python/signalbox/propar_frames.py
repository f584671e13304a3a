"""ProPar messages as bytes. Manual 9.17.027, "enhanced protocol"."""

import math
import struct
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from .propar_constants import (
    PP_COMMAND_REQUEST_PARM,
    PP_COMMAND_SEND_PARM,
    PP_COMMAND_STATUS,
    PP_TYPE_BSINT16,
    PP_TYPE_FLOAT,
    PP_TYPE_INT16,
    PP_TYPE_INT32,
    PP_TYPE_INT8,
    PP_TYPE_SINT16,
    PP_TYPE_STRING,
)

#: The longest message: its length is one byte.
MESSAGE_BYTES_MOST = 255
#: Strings have at most so many bytes.
STRING_BYTES_MOST = 247

_DLE, _STX, _ETX = 0x10, 0x02, 0x03
_MORE = 0x80
_WIRE_TYPE = 0x60
#: Raw values above this one are negative. Manual 9.17.027, measure.
_BSINT16_MOST = 41_942
_LIMITS = {
    PP_TYPE_INT8: (">B", 0, 255),
    PP_TYPE_INT16: (">H", 0, 65_535),
    PP_TYPE_SINT16: (">h", -32_767, 32_767),
    PP_TYPE_BSINT16: (">H", _BSINT16_MOST - 65_535, _BSINT16_MOST),
    PP_TYPE_INT32: (">I", 0, 4_294_967_295),
}
_BYTES = {0x00: 1, 0x20: 2, 0x40: 4}


class Frame(NamedTuple):
    """What is between the marks of a frame; ``error`` is the code of an error frame."""

    sequence: int
    node: int
    data: bytes
    error: Optional[int] = None


def encode_frame(sequence: int, node: int, data: bytes) -> bytes:
    content = bytes((sequence, node, len(data))) + data
    return b"\x10\x02" + content.replace(b"\x10", b"\x10\x10") + b"\x10\x03"


class FrameReader:
    """Cuts what arrives into frames, and leaves out what is none."""

    def __init__(self) -> None:
        self._content: Optional[bytearray] = None
        self._escaped = False

    def push(self, data: bytes) -> List[Frame]:
        frames = []
        for byte in data:
            if self._escaped:
                self._escaped = False
                if byte == _STX:
                    self._content = bytearray()
                elif byte == _ETX:
                    frames.extend(_frame_of(self._content))
                    self._content = None
                elif byte == _DLE and self._content is not None:
                    self._content.append(byte)
                else:
                    self._content = None
            elif byte == _DLE:
                self._escaped = True
            elif self._content is not None:
                self._content.append(byte)
                if len(self._content) > MESSAGE_BYTES_MOST + 3:
                    self._content = None
        return frames


def _frame_of(content: Optional[bytearray]) -> List[Frame]:
    if content is None or len(content) < 4:
        return []
    sequence, node, length = content[:3]
    if length == 0 and len(content) == 4:
        return [Frame(sequence, node, b"", content[3])]
    return [Frame(sequence, node, bytes(content[3:]))] if len(content) == 3 + length else []


def encode_value(parm_type: int, value: Any, size: int = 0) -> bytes:
    """A value as it is sent, the length of a string with it. Raises ValueError for what does not fit:
    a fraction, a number beyond the type, text for a number."""
    if parm_type == PP_TYPE_STRING:
        return _encode_text(value, size)
    number = value.item() if hasattr(value, "item") else value
    if not isinstance(number, (int, float)):
        raise ValueError(f"{value!r} is no number")
    if parm_type == PP_TYPE_FLOAT:
        try:
            packed = struct.pack(">f", number)
        except OverflowError:
            raise ValueError(f"{value!r} is beyond a float") from None
        if not math.isfinite(number) or (number != 0 and struct.unpack(">f", packed) == (0,)):
            raise ValueError(f"{value!r} does not fit into a float")
        return packed
    if parm_type not in _LIMITS:
        raise ValueError(f"{parm_type!r} is no type of a parameter")
    form, least, most = _LIMITS[parm_type]
    if not math.isfinite(number) or number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    if not least <= number <= most:
        raise ValueError(f"{value!r} is not from {least} to {most}")
    whole = int(number)
    return struct.pack(form, whole + 65_536 if form == ">H" and whole < 0 else whole)


def _encode_text(value: Any, size: int) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-8")
        is_fixed = size > 0
    elif isinstance(value, (bytes, bytearray)):
        text = bytes(value)
        is_fixed = True
    else:
        raise ValueError(f"{value!r} is no text")
    if len(text) > STRING_BYTES_MOST:
        raise ValueError(f"a text of {len(text)} bytes; {STRING_BYTES_MOST} are sent at most")
    if is_fixed:
        text = text.ljust(size, b" ")
        return bytes((len(text),)) + text
    if b"\0" in text:
        raise ValueError("a text must not hold the zero that ends it")
    return b"\0" + text + b"\0"


def decode_value(parm_type: int, data: bytes, size: int = 0) -> Any:
    """A value of its bytes: a number, text, or bytes where it was asked for with a size."""
    if parm_type == PP_TYPE_STRING:
        if size > 0:
            return data
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if parm_type == PP_TYPE_FLOAT:
        return struct.unpack(">f", data)[0]
    number: int = struct.unpack(_LIMITS[parm_type][0], data)[0]
    return number - 65_536 if parm_type == PP_TYPE_BSINT16 and number > _BSINT16_MOST else number


def request_message(requests: Sequence[Dict[str, Any]]) -> bytes:
    """Asks for values; the return indices are the numbers themselves."""
    def item(request: Dict[str, Any], parameter: int) -> bytes:
        kind = _wire_type(request)
        size = bytes((request.get("parm_size") or 0,)) if kind == _WIRE_TYPE else b""
        return bytes((parameter, request["proc_nr"], kind | request["parm_nr"])) + size

    return _chained(PP_COMMAND_REQUEST_PARM, requests, item)


def write_message(command: int, requests: Sequence[Dict[str, Any]]) -> bytes:
    """Sends values. Raises ValueError for one that does not fit its type."""
    def item(request: Dict[str, Any], parameter: int) -> bytes:
        value = encode_value(request["parm_type"], request.get("data"),
                             request.get("parm_size") or 0)
        return bytes((parameter,)) + value

    message = _chained(command, requests, item)
    if len(message) > MESSAGE_BYTES_MOST:
        raise ValueError(f"a message of {len(message)} bytes; {MESSAGE_BYTES_MOST} are sent at most")
    return message


def _chained(command: int, requests: Sequence[Dict[str, Any]], item: Any) -> bytes:
    message = bytearray((command,))
    for index, request in enumerate(requests):
        process = request["proc_nr"]
        groups = [each["proc_nr"] for each in requests]
        if index == 0 or groups[index - 1] != process:
            # How the chain goes on stands at the head of each process.
            end = next((at for at in range(index, len(groups)) if groups[at] != process), len(groups))
            message.append(process | (_MORE if end < len(groups) else 0))
        goes_on = index + 1 < len(groups) and groups[index + 1] == process
        parameter = _wire_type(request) | request["parm_nr"] | (_MORE if goes_on else 0)
        message += item(request, parameter)
    return bytes(message)


def _wire_type(request: Dict[str, Any]) -> int:
    kind = request["parm_type"]
    if kind not in _LIMITS and kind not in (PP_TYPE_FLOAT, PP_TYPE_STRING):
        raise ValueError(f"{kind!r} is no type of a parameter")
    return int(kind) & _WIRE_TYPE


def status_in(data: bytes) -> Optional[int]:
    """The status that a message brings, None for one that brings values."""
    return data[1] if len(data) >= 2 and data[0] == PP_COMMAND_STATUS else None


def values_in(data: bytes, requests: Sequence[Dict[str, Any]]) -> List[Tuple[bytes, int]]:
    """The bytes of each value, and where it ends. Raises ValueError when these are not the values that
    were asked for."""
    values: List[Tuple[bytes, int]] = []
    wanted = [(each["proc_nr"], _wire_type(each) | each["parm_nr"]) for each in requests]
    found: List[Tuple[int, int]] = []
    if data[:1] != bytes((PP_COMMAND_SEND_PARM,)):
        raise ValueError("no answer to a request")
    at, goes_on, process = 1, False, 0
    try:
        while at < len(data):
            if not goes_on:
                process = data[at] & ~_MORE
                at += 1
            parameter = data[at]
            goes_on = bool(parameter & _MORE)
            value, at = _value_at(data, at + 1, parameter & _WIRE_TYPE)
            found.append((process, parameter & ~_MORE))
            values.append((value, at))
    except IndexError:
        raise ValueError("an answer that breaks off") from None
    if found != wanted:
        raise ValueError("the answer to something else")
    return values


def _value_at(data: bytes, at: int, kind: int) -> Tuple[bytes, int]:
    if kind == _WIRE_TYPE:
        length = data[at]
        end = at + 1 + length if length > 0 else data.find(b"\0", at + 1)
        if end < 0 or end > len(data):
            raise IndexError
        return data[at + 1:end], end if length > 0 else end + 1
    end = at + _BYTES[kind]
    if end > len(data):
        raise IndexError
    return data[at:end], end


def parts_that_fit(requests: Iterable[Dict[str, Any]]) -> List[List[Dict[str, Any]]]:
    """Lists that are one message each; an answer that is longer than expected is asked for again."""
    expected_text = 16
    parts: List[List[Dict[str, Any]]] = []
    room = 0
    for request in requests:
        kind = _wire_type(request)
        value = _BYTES.get(kind) or (request.get("parm_size") or expected_text) + 2
        needs = 2 + max(value, 3)
        if not parts or needs > room:
            parts.append([])
            room = MESSAGE_BYTES_MOST - 1
        parts[-1].append(request)
        room -= needs
    return parts
