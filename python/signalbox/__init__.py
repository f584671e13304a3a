"""Instruments shared by any number of programs, from Python.

:mod:`signalbox.client` speaks with a gateway, :mod:`signalbox.worker` is run by one,
:mod:`signalbox.propar` is the maker's library for flow controllers, :mod:`signalbox.visa` names
instruments for PyVISA.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client, Instrument, Lease, Reading, SignalboxError, connect

__all__ = ["Client", "Instrument", "Lease", "Reading", "SignalboxError", "connect"]


def __getattr__(name: str) -> Any:
    # A worker starts without what only clients need.
    if name not in __all__:
        raise AttributeError(f"module 'signalbox' has no attribute '{name}'")
    from . import client

    return getattr(client, name)
