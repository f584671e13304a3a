"""Names of instruments for VISA programs such as PyVISA.

::

    from signalbox import visa

    meter = visa.open_resource("multimeter")
    print(meter.query("*IDN?"))

The names lead to the gateway, so that any number of programs may open the same instrument.
"""

import re
from typing import Any, Dict, Optional, Sequence
from urllib.parse import urlsplit

from .client import Client, SignalboxError, find_gateway

__all__ = ["WAYS", "open_resource", "resource", "resources"]

#: The ways in, best first: what has locks, device clear and status bytes before what has not.
WAYS = ("hislip", "vxi11", "socket", "serial")

_KINDS = {"hislip": "hislip", "vxi11": "vxi11", "socket": "socket", "virtual-port": "serial"}
_EVERYWHERE = re.compile(r"(?<=::)(?:0\.0\.0\.0|::)(?=::)")


def resources(instrument: str, *, url: Optional[str] = None,
              token: Optional[str] = None) -> Dict[str, str]:
    """The resource names of an instrument, by their way in: ``hislip``, ``vxi11``, ``socket`` and
    ``serial``, as far as the gateway's file has them. A serial one is of the whole port, and for one
    program at a time.

    :param url: of the gateway, as for :func:`signalbox.connect`

    Raises :class:`SignalboxError`: NOT_FOUND, GATEWAY_UNREACHABLE.
    """
    url, token = find_gateway(url, token)
    with Client(url, token) as client:
        port = client.instrument(instrument).report["port"]
        doors = client.status()["doors"]
    found: Dict[str, str] = {}
    for door in doors:
        way, serves = _KINDS.get(door["kind"]), door.get("serves", {})
        if way == "serial" and serves.get("port") == port:
            found.setdefault(way, f"ASRL{door['address']}::INSTR")
        elif way is not None and serves.get("instrument") == instrument:
            host = urlsplit(url).hostname or "127.0.0.1"
            found.setdefault(way, _EVERYWHERE.sub(host, door["address"]))
    return {way: found[way] for way in WAYS if way in found}


def resource(instrument: str, ways: Sequence[str] = WAYS, *, url: Optional[str] = None,
             token: Optional[str] = None) -> str:
    """The resource name of an instrument by the first of these ways that its gateway has.

    Raises :class:`SignalboxError`: NOT_FOUND when it has none of them.
    """
    found = resources(instrument, url=url, token=token)
    for way in ways:
        if way in found:
            return found[way]
    raise SignalboxError(
        "NOT_FOUND", f"no VISA program reaches {instrument} by {', '.join(ways)}",
        next_step=f"Write `socket = 0` under [instruments.{instrument}], or [hislip] or [vxi11] in "
                  "the gateway's file.")


def open_resource(instrument: str, ways: Sequence[str] = WAYS, *, library: str = "",
                  url: Optional[str] = None, token: Optional[str] = None, **options: Any) -> Any:
    """Opens an instrument with PyVISA, which has to be installed.

    :param ways: the ways to take, best first. HiSLIP needs a VISA library that speaks it: leave it
        out for PyVISA-py before 0.6.
    :param library: of PyVISA: ``@py``; unless given what PyVISA finds
    :param options: as for PyVISA's own ``open_resource``; sockets and serial lines end messages with
        a line feed unless these say otherwise

    Raises :class:`SignalboxError` as :func:`resource`, ImportError without PyVISA.
    """
    import pyvisa

    name = resource(instrument, ways, url=url, token=token)
    if not name.startswith("TCPIP") or name.endswith("::SOCKET"):
        options = {"read_termination": "\n", "write_termination": "\n", **options}
    return pyvisa.ResourceManager(library).open_resource(name, **options)
