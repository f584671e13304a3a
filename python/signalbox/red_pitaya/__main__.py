"""The program that a gateway starts."""

from __future__ import annotations

import argparse
import threading

from .board import Board
from .commands import Commands, serve
from .main_thread import MainThread
from .mock_board import MockBoard

#: Where PyRPL's server listens on the board.
PORT = 2222


def main() -> None:
    """Serves until the host has enough. PyRPL gets the main thread, which its Qt wants."""
    options = _parser().parse_args()
    main_thread = MainThread()

    def connect() -> Board:
        if options.mock:
            return MockBoard(seed=options.seed)
        from .pyrpl_board import PyrplBoard

        return PyrplBoard(options.hostname, options.config, options.port, main_thread.do)

    commands = Commands(connect)

    def answer() -> None:
        try:
            serve(commands, "red-pitaya")
            commands.close()
        finally:
            main_thread.end()

    serving = threading.Thread(target=answer, name="signalbox-serve")
    serving.start()
    main_thread.run()
    serving.join()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m signalbox.red_pitaya", description=__doc__)
    parser.add_argument("--hostname", default="", help="the board's name or address")
    parser.add_argument("--config", default="signalbox", help="PyRPL's name for its settings of this board")
    parser.add_argument("--port", type=int, default=PORT, help="of PyRPL's server on the board")
    parser.add_argument("--mock", action="store_true", help="compute a board instead")
    parser.add_argument("--seed", type=int, default=1, help="of the computed board's noise")
    return parser


if __name__ == "__main__":
    main()
