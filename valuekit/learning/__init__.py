"""The learning library: case studies and adopters' reports, read, checked and made into tables and kits.

The room knows nothing of the month's extracts: a case is what somebody published, in one form.
:func:`load_library` reads and checks, :func:`tables` fills the mart, :func:`write_kits` writes what
adopters take.
"""

from valuekit.learning.kit import write_kits
from valuekit.learning.library import Library, load_library
from valuekit.learning.tables import LiveMeasure, tables

__all__ = ["Library", "LiveMeasure", "load_library", "tables", "write_kits"]
