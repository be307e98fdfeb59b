"""``python -m valuekit``."""

import sys

from valuekit.cli import main

if __name__ == "__main__":
    sys.exit(main())
