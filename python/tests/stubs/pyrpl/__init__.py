"""What PyRPL shows to its users (release of 2023-07-31), without a board: the same modules, the same
attributes and no other, the same allowed values. A program that needs more than PyRPL has fails here.

How often a connection fails first is SIGNALBOX_STUB_FAILURES; why, SIGNALBOX_STUB_FAILURE.
"""

import os

from .modules import Asg, Iq, Pid, Sampler, Scope


class ExpectedPyrplError(Exception):
    """What PyRPL raises when it cannot connect."""


failures = int(os.environ.get("SIGNALBOX_STUB_FAILURES", "0"))
made = []


class RedPitaya:
    """`Pyrpl().rp`: its hardware modules."""

    def __init__(self):
        self.scope = Scope(self)
        self.asg0, self.asg1 = Asg(self), Asg(self)
        self.pid0, self.pid1, self.pid2 = Pid(self), Pid(self), Pid(self)
        self.iq0, self.iq1, self.iq2 = Iq(self), Iq(self), Iq(self)
        self.sampler = Sampler(self)
        self.cleared = False


class Pyrpl:
    """The connection to a board."""

    def __init__(self, config=None, source=None, **parameters):
        global failures
        made.append(parameters)
        unknown = set(parameters) - {"hostname", "port", "gui", "modules", "loglevel", "reloadfpga"}
        if unknown:
            raise ValueError(f"no such parameters: {unknown}")
        if parameters.get("reloadfpga") is False:
            raise RuntimeError("the image of the SCPI server is loaded: no module answers")
        if failures > 0:
            failures -= 1
            kind = os.environ.get("SIGNALBOX_STUB_FAILURE", "ExpectedPyrplError")
            error = {"ExpectedPyrplError": ExpectedPyrplError, "OSError": OSError,
                     "ValueError": ValueError}[kind]
            raise error("could not connect to the Red Pitaya")
        self.rp = RedPitaya()
        self.redpitaya = self.rp

    def _clear(self):
        self.rp.cleared = True
