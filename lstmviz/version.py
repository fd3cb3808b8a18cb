"""The version, as pyproject.toml says it; a test holds the two together.

Asking the installed package for it would cost a tenth of the time that the window takes to open.
"""

from __future__ import annotations

__version__ = "0.1.0"
