"""Makes a Python library into a worker of a Signalbox gateway.

A worker is a program that the gateway starts and calls functions of, any number at once::

    from signalbox import worker

    @worker.function(group="scope")
    def acquire(channel: int = 1):
        return scope.trace(channel)          # a numpy array goes over as its bytes

    worker.serve()

The wire is JSON-RPC 2.0, one message a line, on standard input and output; arrays follow their line as
plain bytes. From :func:`serve` on, whatever else writes to standard output goes to standard error.

Needs CPython 3.9 or later and no other package. This file can be copied and used alone.
"""

from __future__ import annotations

import array
import collections
import inspect
import json
import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, TypeVar, Union

__all__ = [
    "BadArgument", "Call", "CallFailed", "Cancelled", "Worker",
    "current", "event", "function", "log", "request", "serve",
]

PROTOCOL = 1
#: The longest line, in bytes; what is longer goes as an array.
LINE_BYTES_MOST = 1 << 20
#: The most bytes of arrays that one message brings.
BINARY_BYTES_MOST = 256 << 20
#: So many calls may wait or be under way; more are refused with QUEUE_FULL.
CALLS_MOST = 4096
#: So many functions run at once unless :func:`serve` says otherwise.
THREADS_MOST = 32
#: A function that sends more than the host has read waits when so many bytes are ahead of it.
OUTPUT_BYTES_MOST = 64 << 20
#: When the host has gone, functions have so many seconds to see it before the process ends.
STOP_GRACE_S = 0.2
#: How long :func:`request` waits for the host unless told, in seconds.
REQUEST_TIMEOUT_S = 30.0
#: The group whose calls run on the main thread, which some libraries insist on.
MAIN_GROUP = "main"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
CANCELLED = -32800
FUNCTION_RAISED = -32000
QUEUE_FULL = -32001
DRAINING = -32002

_READ_BYTES = 1 << 18
_BATCH_BYTES = 1 << 18
_TRACEBACK_CHARACTERS_MOST = 16_384
#: Of what an error says; libraries put whole arrays into it.
_MESSAGE_CHARACTERS_MOST = 2_000
_WIRE_VARIABLE = "SIGNALBOX_WORKER_WIRE"
_parse = json.JSONDecoder().raw_decode
_BINARY_MEMBER = b'"$binary"'
#: numpy's names of the types that the wire has, and the struct codes of the same.
_FORMATS = {
    "|b1": "?", "|i1": "b", "|u1": "B", "<i2": "h", "<u2": "H", "<i4": "i", "<u4": "I",
    "<i8": "q", "<u8": "Q", "<f4": "f", "<f8": "d",
}

Id = Union[int, str]
Function = TypeVar("Function", bound=Callable[..., Any])


class Cancelled(Exception):
    """The host takes the call back. Raised by :meth:`Call.check` and :meth:`Call.sleep`."""


class BadArgument(ValueError):
    """What a function raises for arguments that cannot be: whoever called is told so (BAD_ARGUMENT), and
    not that the function failed."""


class CallFailed(Exception):
    """The host answered a :func:`request` with an error, or not in time.

    :ivar code: the number of the error; 0 when no answer came
    :ivar data: what the host said besides
    """

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Call:
    """One call of a function: whether it is still wanted, and how far it is.

    A function gets its own when it has a parameter named ``call``; :func:`current` gives it anywhere.
    """

    __slots__ = ("id", "_function", "_arguments", "_worker", "_cancelled", "_started", "_wake")

    def __init__(self, worker: "Worker", id: Id, function: "_Function", arguments: Any) -> None:
        self.id = id
        self._worker = worker
        self._function = function
        self._arguments = arguments
        self._cancelled = False
        self._started = False
        self._wake: Optional[threading.Event] = None

    @property
    def cancelled(self) -> bool:
        """Whether the host has taken the call back, or has gone."""
        return self._cancelled

    def check(self) -> None:
        """Returns while the call is wanted. Raises :class:`Cancelled` from then on."""
        if self._cancelled:
            raise Cancelled("the call was taken back")

    def sleep(self, seconds: float) -> None:
        """Waits so many seconds. Raises :class:`Cancelled` as soon as the call is taken back."""
        wake = self._wake = self._wake or threading.Event()
        if not self._cancelled:
            wake.wait(seconds)
        self.check()

    def progress(self, value: Any) -> None:
        """Tells who called how far it is: a number from 0 to 1, or anything that JSON or an array holds."""
        self._worker._notify("$/progress", {"id": self.id, "value": value})

    def _cancel(self) -> None:
        self._cancelled = True
        if self._wake is not None:
            self._wake.set()


class _Function:
    """A function that the host may call."""

    def __init__(self, function: Callable[..., Any], name: str, group: Optional[str]) -> None:
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{name} is a coroutine; a worker runs plain functions, on threads")
        self.function = function
        self.name = name
        self.group = group
        self.signature = inspect.signature(function)
        self.takes_call = "call" in self.signature.parameters

    def description(self) -> Dict[str, Any]:
        parameters = [_described(each) for each in self.signature.parameters.values()
                      if each.name != "call"]
        described: Dict[str, Any] = {"name": self.name, "parameters": parameters}
        if self.function.__doc__:
            described["doc"] = inspect.cleandoc(self.function.__doc__)
        if self.group is not None:
            described["group"] = self.group
        return described

    def misfit(self, positional: Sequence[Any], named: Dict[str, Any]) -> Optional[str]:
        """What is wrong with the arguments; None where they fit."""
        try:
            self.signature.bind(*positional, **named)
            return None
        except TypeError as error:
            takes = [each for each in self.signature.parameters if each != "call"]
            return f"{error}; it takes {', '.join(takes) or 'no arguments'}"


class _Line:
    """The calls of one exclusive group, first come first served."""

    def __init__(self) -> None:
        self._calls: "collections.deque[Call]" = collections.deque()
        self._guard = threading.Lock()
        self._busy = False

    def add(self, call: Call) -> bool:
        """Whether somebody has to begin with the line now."""
        with self._guard:
            self._calls.append(call)
            begins = not self._busy
            self._busy = True
            return begins

    def next(self) -> Optional[Call]:
        with self._guard:
            if self._calls:
                return self._calls.popleft()
            self._busy = False
            return None


class _Encoder:
    """Messages as bytes; each thread has its own."""

    def __init__(self) -> None:
        self._arrays: List[memoryview] = []
        self._encode = json.JSONEncoder(
            separators=(",", ":"), allow_nan=False, default=self._other).encode

    def message(self, message: Dict[str, Any]) -> Tuple[bytes, List[memoryview]]:
        """Raises TypeError or ValueError for what the wire cannot carry."""
        return self._line(self._text(message))

    def result(self, id: Id, result: Any) -> Tuple[bytes, List[memoryview]]:
        """The answer of a call; raises as :meth:`message`."""
        shown = id if isinstance(id, int) else self._encode(id)
        return self._line(f'{{"jsonrpc":"2.0","id":{shown},"result":{self._text(result)}}}')

    def _text(self, value: Any) -> str:
        self._arrays = []
        try:
            return self._encode(value)
        except ValueError:
            self._arrays = []
            return self._encode(_named_numbers(value))

    def _line(self, text: str) -> Tuple[bytes, List[memoryview]]:
        arrays = self._arrays
        if arrays:
            lengths = [each.nbytes for each in arrays]
            if sum(lengths) > BINARY_BYTES_MOST:
                raise ValueError(f"{sum(lengths)} bytes of arrays; {BINARY_BYTES_MOST} go at once")
            text = f'{text[:-1]},"$binary":{json.dumps(lengths)}}}'
        if len(text) >= LINE_BYTES_MOST:
            raise ValueError(f"a line of {len(text)} bytes; {LINE_BYTES_MOST} are let through, so "
                             "give long results as arrays")
        return text.encode("ascii") + b"\n", arrays

    def _other(self, value: Any) -> Any:
        if isinstance(value, (bytes, bytearray)):
            return self._array(memoryview(value), "|u1", [len(value)])
        if isinstance(value, array.array):
            dtype = _dtype_of(value.typecode, value.itemsize)
            if sys.byteorder == "big":
                value = array.array(value.typecode, value)
                value.byteswap()
            return self._array(memoryview(value), dtype, [len(value)])
        if isinstance(value, memoryview):
            return self._array(value, _dtype_of(value.format, value.itemsize), list(value.shape or ()))
        numpy: Any = sys.modules.get("numpy")
        if numpy is not None:
            if isinstance(value, numpy.ndarray):
                form = value.dtype.newbyteorder("<")
                if form.str not in _FORMATS:
                    raise TypeError(f"an array of {value.dtype} does not go over the wire; make it "
                                    f"one of {', '.join(_FORMATS)}")
                data = numpy.ascontiguousarray(value, form)
                return self._array(memoryview(data), form.str, list(value.shape))
            if isinstance(value, numpy.generic):
                return value.item()
        if isinstance(value, (set, frozenset)) or hasattr(value, "_asdict"):
            return list(value)
        raise TypeError(f"{type(value).__name__} does not go over the wire; give numbers, text, "
                        "lists, dictionaries or arrays")

    def _array(self, data: memoryview, dtype: str, shape: List[int]) -> Dict[str, Any]:
        # An empty array has nothing to send, and memoryview cannot cast one.
        plain = data.cast("B") if data.c_contiguous and data.nbytes else memoryview(data.tobytes())
        self._arrays.append(plain)
        return {"$array": len(self._arrays) - 1, "dtype": dtype, "shape": shape}


class Worker:
    """Functions, and the wire by which the host calls them. A program has one; the functions of this
    module are those of :data:`default`."""

    def __init__(self) -> None:
        self._functions: Dict[str, _Function] = {}
        self._lines: Dict[str, _Line] = {}
        self._calls: Dict[Id, Call] = {}
        self._queue: "queue.SimpleQueue[Union[Call, _Line]]" = queue.SimpleQueue()
        self._main: "queue.SimpleQueue[Optional[_Line]]" = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._local = threading.local()
        self._threads = 0
        self._threads_most = THREADS_MOST
        self._works = 0
        self._draining = False
        self._asked: Dict[int, "queue.SimpleQueue[Dict[str, Any]]"] = {}
        self._asked_count = 0
        self._output: Optional[_Output] = None

    def function(self, function: Any = None, *, name: Optional[str] = None,
                 group: Optional[str] = None) -> Any:
        """Lets the host call a function, as a decorator with or without arguments.

        :param name: what the host calls it by; its own name unless given
        :param group: calls of functions with the same group run one after the other, all others at
            the same time, on threads. Those of the group ``main`` run on the main thread.
        """
        def add(plain: Function) -> Function:
            called = name or plain.__name__
            if called in self._functions or called.startswith("$/"):
                raise ValueError(f"there is a function '{called}' already")
            self._functions[called] = _Function(plain, called, group)
            if group is not None:
                self._lines.setdefault(group, _Line())
            return plain

        return add if function is None else add(function)

    def current(self) -> Call:
        """The call that this thread is in. Raises RuntimeError where there is none."""
        call: Optional[Call] = getattr(self._local, "call", None)
        if call is None:
            raise RuntimeError("no call of the host is under way on this thread")
        return call

    def event(self, name: str, data: Any = None) -> None:
        """Tells the host of something that it did not ask for."""
        self._notify("$/event", {"name": name, "data": data})

    def log(self, level: str, message: str) -> None:
        """Writes to the gateway's log.

        :param level: ``trace``, ``debug``, ``info``, ``warn`` or ``error``
        """
        self._notify("$/log", {"level": level, "message": message})

    def request(self, method: str, params: Any = None,
                timeout_s: float = REQUEST_TIMEOUT_S) -> Any:
        """Asks the host for something and gives its result. Not for the thread that reads: call it
        from a function. Raises :class:`CallFailed`."""
        answers: "queue.SimpleQueue[Dict[str, Any]]" = queue.SimpleQueue()
        with self._guard:
            self._asked_count += 1
            id = self._asked_count
        self._asked[id] = answers
        try:
            self._send({"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}})
            answer = answers.get(timeout=timeout_s)
        except queue.Empty:
            self._notify("$/cancel", {"id": id})
            raise CallFailed(0, f"the host did not answer {method} within {timeout_s} s") from None
        finally:
            del self._asked[id]
        error = answer.get("error")
        if error is None:
            return answer.get("result")
        raise CallFailed(error.get("code", 0), error.get("message", ""), error.get("data"))

    def serve(self, *, name: Optional[str] = None, version: Optional[str] = None,
              threads_most: int = THREADS_MOST) -> None:
        """Answers calls until the host drains the worker. When the host goes, the process ends at
        once, whatever is under way.

        :param name: of the worker; that of the program's file unless given
        :param version: of what it drives
        :param threads_most: so many functions run at once
        """
        self._threads_most = threads_most
        input_fd, output_fd = _take_wire()
        _die_with_host()
        self._output = _Output(output_fd)
        ready: Dict[str, Any] = {
            "protocol": PROTOCOL,
            "name": name or os.path.splitext(os.path.basename(sys.argv[0] or "worker"))[0],
            "functions": [each.description() for each in self._functions.values()],
        }
        if version is not None:
            ready["version"] = version
        self._notify("$/ready", ready)
        _start(self._read, "signalbox-reader", input_fd)
        while True:
            line = self._main.get()
            if line is None:
                break
            self._work_off(line)
        self._output.close()

    def drain(self) -> None:
        """Takes no new calls; :meth:`serve` returns when those under way have ended."""
        self._draining = True
        self._end_if_drained()

    def _read(self, input_fd: int) -> None:
        try:
            _Input(input_fd, self._receive, self._refuse).run()
        except OSError as error:
            _complain(str(error))
        except BaseException:
            traceback.print_exc()
        finally:
            self._end()

    def _end(self) -> None:
        """The host has gone: gives functions a moment to see it, and ends the process."""
        for call in list(self._calls.values()):
            call._cancel()
        until = time.monotonic() + STOP_GRACE_S
        while self._calls and time.monotonic() < until:
            time.sleep(0.005)
        os._exit(0)

    def _receive(self, message: Any) -> None:
        if not isinstance(message, dict):
            self._refuse(None, INVALID_REQUEST, "a message is a JSON object")
            return
        id = message.get("id")
        method = message.get("method")
        if method is None:
            answers = self._asked.get(id) if isinstance(id, int) else None
            if answers is not None:
                answers.put(message)
            return
        params = message.get("params")
        if params is None:
            params = {}
        if id is None:
            self._told(method, params)
        elif method == "$/ping":
            self._reply(id, "pong")
        else:
            self._called(id, method, params)

    def _told(self, method: str, params: Any) -> None:
        if method == "$/cancel" and isinstance(params, dict):
            self._take_back(params.get("id"))
        elif method == "$/drain":
            self.drain()

    def _called(self, id: Any, method: Any, params: Any) -> None:
        if not isinstance(id, (int, str)) or id in self._calls:
            self._refuse(None, INVALID_REQUEST, f"{id!r} is no id, or that of a call under way")
            return
        function = self._functions.get(method)
        if function is None:
            known = ", ".join(self._functions)
            self._refuse(id, METHOD_NOT_FOUND, f"there is no function '{method}'; there are {known}")
            return
        if not isinstance(params, (dict, list)):
            self._refuse(id, INVALID_PARAMS, "params is an object or a list")
            return
        if self._draining:
            self._refuse(id, DRAINING, "the worker takes no new calls")
            return
        if len(self._calls) >= CALLS_MOST:
            self._refuse(id, QUEUE_FULL, f"{CALLS_MOST} calls wait or are under way already")
            return
        call = Call(self, id, function, params)
        self._calls[id] = call
        if function.group is None:
            self._begin(call)
            return
        line = self._lines[function.group]
        if line.add(call):
            if function.group == MAIN_GROUP:
                self._main.put(line)
            else:
                self._begin(line)

    def _begin(self, work: Union[Call, _Line]) -> None:
        with self._guard:
            self._works += 1
            needs_thread = self._threads < min(self._works, self._threads_most)
        if needs_thread:
            self._threads += 1
            _start(self._work, f"signalbox-{self._threads}")
        self._queue.put(work)

    def _work(self) -> None:
        while True:
            work = self._queue.get()
            if isinstance(work, Call):
                self._run(work)
            else:
                self._work_off(work)
            with self._guard:
                self._works -= 1

    def _work_off(self, line: _Line) -> None:
        call = line.next()
        while call is not None:
            self._run(call)
            call = line.next()

    def _run(self, call: Call) -> None:
        with self._guard:
            if call._cancelled:
                return
            call._started = True
        function, arguments = call._function, call._arguments
        positional: Sequence[Any] = ()
        named: Dict[str, Any] = {}
        if isinstance(arguments, dict):
            named = arguments
        else:
            positional = arguments
        if function.takes_call:
            named["call"] = call
        self._local.call = call
        try:
            result = function.function(*positional, **named)
        except Cancelled:
            self._settle(call, error=_error(CANCELLED, "the call was taken back"))
        except BaseException as error:
            self._settle(call, error=_raised(error, function, positional, named))
        else:
            self._settle(call, result)
        finally:
            self._local.call = None

    def _take_back(self, id: Any) -> None:
        call = self._calls.get(id) if isinstance(id, (int, str)) else None
        if call is None:
            return
        with self._guard:
            call._cancel()
            if call._started:
                return
        self._settle(call, error=_error(CANCELLED, "the call was taken back before it began"))

    def _settle(self, call: Call, result: Any = None, error: Optional[Dict[str, Any]] = None) -> None:
        # Before the answer: from then on the host may use the id again.
        del self._calls[call.id]
        if error is None:
            self._reply(call.id, result)
        else:
            self._send({"jsonrpc": "2.0", "id": call.id, "error": error})
        self._end_if_drained()

    def _end_if_drained(self) -> None:
        if self._draining and not self._calls:
            self._main.put(None)

    def _reply(self, id: Id, result: Any) -> None:
        try:
            self._put(*self._encoder().result(id, result))
        except (TypeError, ValueError, RecursionError) as error:
            self._refuse(id, INTERNAL_ERROR, f"the result cannot be sent: {error}")

    def _refuse(self, id: Optional[Id], code: int, message: str) -> None:
        self._send({"jsonrpc": "2.0", "id": id, "error": _error(code, message)})

    def _notify(self, method: str, params: Dict[str, Any]) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _send(self, message: Dict[str, Any]) -> None:
        """Raises TypeError or ValueError for what the wire cannot carry."""
        self._put(*self._encoder().message(message))

    def _encoder(self) -> _Encoder:
        encoder: Optional[_Encoder] = getattr(self._local, "encoder", None)
        if encoder is None:
            encoder = self._local.encoder = _Encoder()
        return encoder

    def _put(self, line: bytes, arrays: List[memoryview]) -> None:
        if self._output is None:
            raise RuntimeError("the worker does not serve yet")
        self._output.send(line, arrays)


class _Input:
    """What the host sends, cut into messages."""

    def __init__(self, fd: int, receive: Callable[[Any], None],
                 refuse: Callable[[Optional[Id], int, str], None]) -> None:
        self._fd = fd
        self._receive = receive
        self._refuse = refuse

    def run(self) -> None:
        """Returns when the host has gone, or sends what cannot be followed any more."""
        rest = b""
        while True:
            chunk = os.read(self._fd, _READ_BYTES)
            if not chunk:
                return
            data = rest + chunk if rest else chunk
            if _BINARY_MEMBER in data:
                rest = self._with_arrays(data)
            else:
                lines = data.split(b"\n")
                rest = lines.pop()
                for line in lines:
                    self._take(line)
            if len(rest) > LINE_BYTES_MOST:
                _complain(f"the host sent a line of more than {LINE_BYTES_MOST} bytes")
                return

    def _take(self, line: bytes) -> None:
        message = self._parsed(line)
        if message is not None:
            self._receive(message)

    def _parsed(self, line: bytes) -> Any:
        try:
            text = line.decode("utf-8").strip()
            message, end = _parse(text)
            if end == len(text):
                return message
            raise ValueError("a line holds one message")
        except (ValueError, RecursionError) as error:
            self._refuse(None, PARSE_ERROR, f"no JSON: {error}")
            return None

    def _with_arrays(self, data: bytes) -> bytes:
        """Takes all messages that are complete; gives the beginning of the next line."""
        at = 0
        while True:
            end = data.find(b"\n", at)
            if end < 0:
                return data[at:]
            line, at = data[at:end], end + 1
            if _BINARY_MEMBER not in line:
                self._take(line)
                continue
            message = self._parsed(line)
            lengths = message.pop("$binary", []) if isinstance(message, dict) else []
            if not _are_lengths(lengths):
                raise ConnectionError("the host announced arrays that are none, or too long")
            block, at = self._bytes(sum(lengths), data, at)
            try:
                whole = _with_arrays_of(message, _cut(block, lengths))
            except (IndexError, KeyError, TypeError, ValueError) as error:
                self._refuse(message.get("id"), INVALID_PARAMS, f"an array is none: {error!r}")
            else:
                self._receive(whole)

    def _bytes(self, count: int, data: bytes, at: int) -> Tuple[bytearray, int]:
        block = bytearray(count)
        have = min(count, len(data) - at)
        block[:have] = data[at:at + have]
        view = memoryview(block)
        while have < count:
            read = os.readv(self._fd, [view[have:]])
            if read == 0:
                raise ConnectionError("the host went within an array")
            have += read
        return block, min(len(data), at + count)


class _Output:
    """What goes to the host: whatever waits at one moment is one write."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._waiting: "collections.deque[Tuple[bytes, List[memoryview]]]" = collections.deque()
        self._bytes = 0
        self._guard = threading.Lock()
        self._room = threading.Condition(self._guard)
        self._wake: "queue.SimpleQueue[None]" = queue.SimpleQueue()
        _start(self._run, "signalbox-writer")

    def send(self, line: bytes, arrays: List[memoryview]) -> None:
        size = len(line)
        for each in arrays:
            size += each.nbytes
        with self._guard:
            # Ends when the host reads; when it goes, the process does.
            while self._bytes > OUTPUT_BYTES_MOST:
                self._room.wait()
            self._bytes += size
            self._waiting.append((line, arrays))
            is_first = len(self._waiting) == 1
        if is_first:
            self._wake.put(None)

    def close(self) -> None:
        """Returns when all is written."""
        with self._guard:
            while self._bytes > 0:
                self._room.wait()

    def _run(self) -> None:
        try:
            while True:
                self._wake.get()
                while self._flush():
                    pass
        except OSError:
            os._exit(0)

    def _flush(self) -> bool:
        """Writes some of what waits; whether there was any."""
        parts: List[Any] = []
        size = 0
        with self._guard:
            while self._waiting and size < _BATCH_BYTES:
                line, arrays = self._waiting.popleft()
                parts.append(line)
                size += len(line)
                for each in arrays:
                    parts.append(each)
                    size += each.nbytes
        if not parts:
            return False
        self._write(parts, size)
        with self._guard:
            self._bytes -= size
            self._room.notify_all()
        return True

    def _write(self, parts: List[Any], size: int) -> None:
        if size < _BATCH_BYTES:
            parts = [b"".join(parts)]
        for part in parts:
            view = memoryview(part)
            while view:
                view = view[os.write(self._fd, view):]


def _start(run: Callable[..., None], name: str, *arguments: Any) -> None:
    threading.Thread(target=run, args=arguments, name=name, daemon=True).start()


def _described(parameter: inspect.Parameter) -> Dict[str, Any]:
    described: Dict[str, Any] = {"name": parameter.name}
    if parameter.annotation is not inspect.Parameter.empty:
        note = parameter.annotation
        described["type"] = note if isinstance(note, str) else getattr(note, "__name__", str(note))
    default = parameter.default
    if default is None or isinstance(default, (bool, int, float, str)):
        described["default"] = default
    return described


def _dtype_of(code: Optional[str], size: int) -> str:
    kind = (code or "B").lstrip("@=<")
    letter = {"?": "b", "c": "u", "f": "f", "d": "f"}.get(kind)
    if letter is None and kind in "bhilqn":
        letter = "i"
    if letter is None and kind in "BHILQN":
        letter = "u"
    dtype = f"{'|' if size == 1 else '<'}{letter}{size}"
    if dtype not in _FORMATS:
        raise TypeError(f"an array of items '{code}' does not go over the wire")
    return dtype


def _named_numbers(value: Any) -> Any:
    """JSON has no number for these three, so they go by name, as in the HTTP API."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        name = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        return {"number": name}
    if isinstance(value, dict):
        return {key: _named_numbers(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named_numbers(inner) for inner in value]
    return value


def _are_lengths(lengths: Any) -> bool:
    return (isinstance(lengths, list)
            and all(isinstance(each, int) and each >= 0 for each in lengths)
            and sum(lengths) <= BINARY_BYTES_MOST)


def _cut(block: bytearray, lengths: List[int]) -> List[memoryview]:
    view, at, parts = memoryview(block), 0, []
    for length in lengths:
        parts.append(view[at:at + length])
        at += length
    return parts


def _with_arrays_of(value: Any, parts: List[memoryview]) -> Any:
    if isinstance(value, list):
        return [_with_arrays_of(each, parts) for each in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        return _array_of(value, parts)
    return {key: _with_arrays_of(each, parts) for key, each in value.items()}


def _array_of(value: Dict[str, Any], parts: List[memoryview]) -> Any:
    """A numpy array where the program has imported numpy, else a memoryview of the same form."""
    data, dtype, shape = parts[value["$array"]], value["dtype"], value["shape"]
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        return numpy.frombuffer(data, dtype).reshape(shape)
    if len(data) == 0 or len(shape) == 0:
        return data.cast(_FORMATS[dtype])
    return data.cast(_FORMATS[dtype], shape)


def _error(code: int, message: str, data: Any = None) -> Dict[str, Any]:
    """Short enough for a line, whatever it says."""
    if len(message) > _MESSAGE_CHARACTERS_MOST:
        message = f"{message[:_MESSAGE_CHARACTERS_MOST]}…"
    error: Dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        error["data"] = data
    return error


def _raised(error: BaseException, function: _Function, positional: Sequence[Any],
            named: Dict[str, Any]) -> Dict[str, Any]:
    inside = error.__traceback__.tb_next if error.__traceback__ is not None else None
    if isinstance(error, TypeError) and inside is None:
        misfit = function.misfit(positional, named)
        if misfit is not None:
            return _error(INVALID_PARAMS, misfit)
    name = type(error).__name__
    try:
        message = str(error) or name
        text = "".join(traceback.format_exception(type(error), error, inside))
    except Exception:
        # An error whose own text cannot be made is told all the same.
        message, text = f"{name}, which cannot be told", ""
    if isinstance(error, BadArgument):
        return _error(INVALID_PARAMS, message)
    data = {"type": name, "traceback": text[-_TRACEBACK_CHARACTERS_MOST:]}
    return _error(FUNCTION_RAISED, message, data)


def _complain(text: str) -> None:
    os.write(2, f"signalbox worker: {text}\n".encode())


def _take_wire() -> Tuple[int, int]:
    """Moves the wire aside, so that nothing else of this process reads from it or writes to it."""
    pid, _, fds = os.environ.get(_WIRE_VARIABLE, "").partition(":")
    if pid == str(os.getpid()):
        input_fd, output_fd = (int(each) for each in fds.split(","))
        return input_fd, output_fd
    input_fd, output_fd = os.dup(0), os.dup(1)
    os.environ[_WIRE_VARIABLE] = f"{os.getpid()}:{input_fd},{output_fd}"
    os.set_blocking(input_fd, True)
    os.set_blocking(output_fd, True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True)
    return input_fd, output_fd


def _die_with_host() -> None:
    """Linux: the kernel kills this process when its parent ends, even one that hangs in a library
    (PR_SET_PDEATHSIG, man 2 prctl)."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes
    import signal

    parent = os.getppid()
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


default = Worker()
function = default.function
current = default.current
event = default.event
log = default.log
request = default.request
serve = default.serve


def _run_file(path: str) -> None:
    """Runs a program with the wire moved aside from its first line on."""
    import runpy

    _take_wire()
    sys.argv = sys.argv[1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    _run_file(sys.argv[1])
