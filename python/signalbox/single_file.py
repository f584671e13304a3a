"""Writes a module of this package, with all that it needs of the others, as one file that stands alone::

    python3 -m signalbox.single_file propar > propar.py

The file needs nothing but Python, and is imported by its own name: ``import propar``.
"""

from __future__ import annotations

import argparse
import ast
import os
from typing import Dict, List, Set

__all__ = ["MODULES", "single_file"]

#: What programs are written with.
MODULES = ("client", "propar", "visa", "worker")
_FOLDER = os.path.dirname(os.path.abspath(__file__))


def single_file(module: str) -> str:
    """The text of one of :data:`MODULES` with everything that it imports of this package."""
    parts: Dict[str, _Part] = {}
    _add(module, parts)
    names: Set[str] = set()
    for part in parts.values():
        both = names & part.names
        if both:
            raise ValueError(f"{', '.join(sorted(both))} stands in two modules of {module}")
        names |= part.names
    docstring = parts[module].docstring
    body = "\n\n".join(part.text for part in parts.values())
    return f'"""{docstring}"""\n\nfrom __future__ import annotations\n\n{body}'


class _Part:
    """One module without its docstring, and without what it imports of the package."""

    def __init__(self, name: str) -> None:
        with open(os.path.join(_FOLDER, f"{name}.py"), encoding="utf-8") as file:
            source = file.read()
        tree = ast.parse(source)
        self.docstring = ast.get_docstring(tree, clean=False) or ""
        self.needs: List[str] = []
        self.names: Set[str] = set()
        gone: Set[int] = set()
        for node in tree.body:
            is_own = isinstance(node, ast.ImportFrom) and node.level > 0
            if is_own or node is tree.body[0] or _is_future(node):
                gone.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            if isinstance(node, ast.ImportFrom) and node.level > 0:
                self.needs.append(node.module or "")
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                self.names.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                # The list of the last one is the one that counts.
                self.names.update(each.id for each in targets
                                  if isinstance(each, ast.Name) and each.id != "__all__")
        lines = source.splitlines(keepends=True)
        self.text = "".join(line for at, line in enumerate(lines, 1) if at not in gone).strip("\n") + "\n"


def _add(module: str, parts: Dict[str, _Part]) -> None:
    """A module after those that it needs."""
    if module in parts:
        return
    part = _Part(module)
    for each in part.needs:
        _add(each, parts)
    parts[module] = part


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m signalbox.single_file",
                                     description="Writes a module as one file that stands alone.")
    parser.add_argument("module", choices=MODULES)
    print(single_file(parser.parse_args().module), end="")


if __name__ == "__main__":
    _main()
