"""``python -m r2_renewal.cli``: the command where its script is not on the path."""

from __future__ import annotations

import sys

from r2_renewal.cli import main

sys.exit(main())
