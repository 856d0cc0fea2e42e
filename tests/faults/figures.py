"""What a run of the fault tests counted: `python -m tests.faults.figures FILE` prints the table.

Every test process adds a line of JSON for every count to the file that FAULTS_FIGURES names.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path


def note(kind: str, vendor: str, **counts: int) -> None:
    """Add counts, e.g. `note("kill at save", "sqlite", tried=1, landed=1, losses=0)`."""
    if path := os.environ.get("FAULTS_FIGURES"):
        line = json.dumps({"kind": kind, "vendor": vendor, "counts": counts})
        with Path(path).open("a") as file:
            file.write(f"{line}\n")


def table(path: Path) -> str:
    """Return a line per database and kind, and at the end of each database their sums."""
    kinds: dict[str, dict[str, Counter[str]]] = {}
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        counts = kinds.setdefault(entry["vendor"], {}).setdefault(entry["kind"], Counter())
        counts.update(entry["counts"])
    return "\n\n".join(_of_database(vendor, found) for vendor, found in sorted(kinds.items()))


def _of_database(vendor: str, kinds: Mapping[str, Counter[str]]) -> str:
    total: Counter[str] = Counter()
    for counts in kinds.values():
        total.update(counts)
    lines = [_line(kind, counts) for kind, counts in sorted(kinds.items())]
    return "\n".join([vendor, *lines, _line("together", total)])


def _line(kind: str, counts: Counter[str]) -> str:
    return f"  {kind:<50}" + "   ".join(f"{name} {count:,}" for name, count in counts.items())


if __name__ == "__main__":
    print(table(Path(sys.argv[1])))
