"""The maker's parameter list, with the methods of the maker's library."""

from typing import Any, Dict, Iterable, List, Optional

from .propar_parameters import CHOICES, ROWS, Row

Parameter = Dict[str, Any]


class database:
    """Parameters by DDE number, by name and by address. What is given is a copy."""

    def __init__(self) -> None:
        self._rows: Dict[int, Row] = {row[0]: row for row in ROWS}

    def get_all_parameters(self) -> List[Parameter]:
        return [_described(row) for row in ROWS]

    def get_parameters(self, dde_parameters: Iterable[int]) -> List[Parameter]:
        """Raises ValueError for a number that is not in the list."""
        return [self.get_parameter(each) for each in dde_parameters]

    def get_parameter(self, dde_parameter: int) -> Parameter:
        """Raises ValueError for a number that is not in the list."""
        return _described(self._row(dde_parameter))

    def get_parameters_like(self, name: str) -> List[Parameter]:
        """Those whose name holds the text, whatever its case and blanks."""
        wanted = _squeezed(name)
        return [_described(row) for row in ROWS
                if wanted in _squeezed(row[1]) or wanted in _squeezed(row[2])]

    def get_parameter_values(self, dde_parameter: int) -> List[Dict[str, Any]]:
        """What its values mean; empty where they have no meanings of their own."""
        choices = CHOICES.get(dde_parameter, {})
        return [{"value": value, "description": text} for value, text in choices.items()]

    def get_propar_parameter(self, proc_nr: int, parm_nr: int) -> Optional[List[Parameter]]:
        """All parameters at an address: it can mean different things in different instruments."""
        found = [_described(row) for row in ROWS if row[3:5] == (proc_nr, parm_nr)]
        return found or None

    def get_propar_parameters(self, proc_nr: int) -> Optional[Dict[int, List[Parameter]]]:
        """All parameters of a process, by their numbers."""
        found: Dict[int, List[Parameter]] = {}
        for row in ROWS:
            if row[3] == proc_nr:
                found.setdefault(row[4], []).append(_described(row))
        return found or None

    def takes(self, dde_parameter: int, value: Any) -> bool:
        """Whether a value is within the limits of the list."""
        minimum, maximum, longest = self._row(dde_parameter)[7:]
        if isinstance(value, (str, bytes, bytearray)):
            size = len(value.encode("utf-8") if isinstance(value, str) else value)
            return longest is None or size <= longest
        is_low = minimum is not None and value < minimum
        return not is_low and (maximum is None or value <= maximum)

    def _row(self, dde_parameter: int) -> Row:
        row = self._rows.get(dde_parameter)
        if row is None:
            raise ValueError(f"there is no ProPar parameter with DDE number {dde_parameter}")
        return row


def _described(row: Row) -> Parameter:
    described: Parameter = {"dde_nr": row[0], "proc_nr": row[3], "parm_nr": row[4],
                            "parm_type": row[5], "parm_name": row[1]}
    if row[6] > 0:
        described["parm_size"] = row[6]
    return described


def _squeezed(text: str) -> str:
    return "".join(text.lower().split())
