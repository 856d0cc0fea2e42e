"""How long the fault tests may take."""

import os

# `make faults` tries everything; `make test` tries what fits in minutes.
LONG = os.environ.get("FAULTS") == "long"
