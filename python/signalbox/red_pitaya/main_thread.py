"""One thread for a library that has to have all its calls on the main one."""

from __future__ import annotations

import queue
import threading
from typing import Any, Callable, List, Optional, Tuple, TypeVar

Result = TypeVar("Result")
#: A step that waits and is carried out takes so long at the most, in seconds.
STEP_S_MOST = 120.0


class MainThread:
    """Carries out short steps, one after the other, on the thread that is in :meth:`run`."""

    def __init__(self) -> None:
        self._steps: "queue.SimpleQueue[Optional[Callable[[], None]]]" = queue.SimpleQueue()

    def run(self) -> None:
        """Carries out steps until :meth:`end`."""
        while True:
            step = self._steps.get()
            if step is None:
                return
            step()

    def end(self) -> None:
        """Lets :meth:`run` return after the steps that wait."""
        self._steps.put(None)

    def do(self, step: Callable[..., Result], *arguments: Any) -> Result:
        """The result of a step; raises what it raises, and TimeoutError when its turn does not come."""
        done = threading.Event()
        outcome: List[Tuple[Any, Optional[BaseException]]] = []

        def carry_out() -> None:
            try:
                outcome.append((step(*arguments), None))
            except BaseException as error:
                outcome.append((None, error))
            done.set()

        self._steps.put(carry_out)
        if not done.wait(STEP_S_MOST):
            raise TimeoutError(f"PyRPL has not come back for {STEP_S_MOST:g} s")
        result, error = outcome[0]
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]
