"""Lets the tests of this folder share `notebook_text.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
