"""Settings of a gateway with the functions of SpotiPi, for programs that were written for it.

::

    from signalbox.settings import config_transaction, get_config_value, set_config_value

    set_config_value("ports.bus.timeoutMs", 500)
    with config_transaction(why="a slow bus") as transaction:
        config = transaction.load()
        config["ports"]["bus"]["retries"] += 1
        transaction.save(config)              # all of it, or nothing

Threads of one program take turns. A transaction during which another program has changed the same
settings raises CONFIG_CONFLICT and changes nothing; where the other has changed something else, both
are kept. Nothing is ever read from a cache that may be old.
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .client import Client, SignalboxError, connect

__all__ = ["config_transaction", "get_config_value", "load_config", "save_config",
           "set_config_value", "Transaction", "use"]

#: A change that others overtake with something else is tried so often.
ATTEMPTS_MOST = 100

_turn = threading.RLock()
_own = threading.local()
_client: Optional[Client] = None


def use(client: Optional[Client]) -> None:
    """Takes this client from now on; the gateway that :func:`signalbox.connect` finds unless given."""
    global _client
    with _turn:
        _client = client


def load_config() -> Dict[str, Any]:
    """All settings, with defaults: a copy, which may be changed."""
    values: Dict[str, Any] = _gateway().settings()["values"]
    return values


def get_config_value(key: str, default: Any = None) -> Any:
    """One setting, ``ports.bus.timeoutMs``, or what is given where nothing is set."""
    found: Any = load_config()
    for part in _parts(key):
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return default
    return found


def set_config_value(key: str, value: Any, why: Optional[str] = None) -> bool:
    """Sets one setting; None takes it away. Raises :class:`SignalboxError`: CONFIG_INVALID."""
    change = {"path": key, "delete": True} if value is None else {"path": key, "value": value}
    _gateway().change_settings([change], why=why)
    return True


def save_config(config: Dict[str, Any], why: Optional[str] = None) -> bool:
    """Makes all settings what the table says. Prefer :func:`config_transaction`, which loads them, too."""
    with config_transaction(why=why) as transaction:
        transaction.load()
        transaction.save(config)
    return True


class Transaction:
    """What :func:`config_transaction` gives."""

    def __init__(self, report: Dict[str, Any]) -> None:
        self.revision: int = report["revision"]
        self._before: Dict[str, Any] = report["values"]
        self._after: Dict[str, Any] = self._before

    def load(self) -> Dict[str, Any]:
        """All settings as they are in here by now: a copy, which may be changed and saved."""
        return copy.deepcopy(self._after)

    def save(self, config: Dict[str, Any]) -> None:
        """Makes the settings what the table says, once the transaction ends."""
        self._after = copy.deepcopy(config)

    def changes(self) -> List[Dict[str, Any]]:
        """What was changed in here."""
        return list(_changes(self._before, self._after, []))


@contextlib.contextmanager
def config_transaction(why: Optional[str] = None) -> Iterator[Transaction]:
    """Changes any number of settings in one piece. When the block raises, nothing has happened. One
    inside of another belongs to it.

    Raises :class:`SignalboxError`: CONFIG_INVALID, and CONFIG_CONFLICT when another program has
    changed the same settings since they were loaded.
    """
    outer: Optional[Transaction] = getattr(_own, "transaction", None)
    if outer is not None:
        before = outer.load()
        try:
            yield outer
        except BaseException:
            outer.save(before)
            raise
        return
    with _turn:
        transaction = Transaction(_gateway().settings())
        _own.transaction = transaction
        try:
            yield transaction
        finally:
            _own.transaction = None
        _commit(transaction, why)


def _commit(transaction: Transaction, why: Optional[str]) -> None:
    changes = transaction.changes()
    revision = transaction.revision
    if not changes:
        return
    for attempt in range(ATTEMPTS_MOST):
        try:
            _gateway().change_settings(changes, why=why, expected_revision=revision)
            return
        except SignalboxError as error:
            theirs = [_parts(key) for key in error.details.get("keys", [])]
            met = not theirs or any(_meet(change["path"], path) for change in changes
                                    for path in theirs)
            if error.code != "CONFIG_CONFLICT" or met or attempt == ATTEMPTS_MOST - 1:
                raise
            # They have changed something else: what was read here still holds.
            revision = int(error.details["revision"])


def _changes(before: Any, after: Any, path: List[str]) -> Iterator[Dict[str, Any]]:
    if before == after and type(before) is type(after):
        return
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield {"path": path, "value": after}
        return
    for name in {**before, **after}:
        if name not in after or after[name] is None:
            if before.get(name) is not None:
                yield {"path": [*path, name], "delete": True}
        else:
            yield from _changes(before.get(name), after[name], [*path, name])


def _meet(one: List[str], other: List[str]) -> bool:
    """Whether one of two places is in the other."""
    return all(mine == theirs for mine, theirs in zip(one, other))


def _parts(key: str) -> List[str]:
    """``gasFactors."SN.1".N2`` in its parts."""
    parts: List[str] = []
    rest = key
    while rest:
        part, rest = _first(rest, key)
        parts.append(part)
    return parts


def _first(text: str, key: str) -> Tuple[str, str]:
    if not text.startswith('"'):
        part, _, rest = text.partition(".")
        return part, rest
    try:
        part, end = json.JSONDecoder().raw_decode(text)
        return str(part), text[end + 1:]
    except ValueError as error:
        raise SignalboxError("BAD_ARGUMENT", f"'{key}' is no path of a setting",
                             next_step="One is ports.bus.baudRate.") from error


def _gateway() -> Client:
    global _client
    with _turn:
        if _client is None:
            _client = connect()
        return _client
