"""What the file of records calls itself: JSON Lines, a head line, a line for each record, a closing line."""

from typing import Final

FAMILY: Final = "gushu-records-"
VERSION: Final = 1
FORMAT: Final = f"{FAMILY}{VERSION}"
RESTRICTED: Final = "restricted"
"""Kind of a file that holds whole records: for the office, and for a register that takes them in."""
PUBLIC: Final = "public"
"""Kind of a file that holds what may be shown, for readers."""
END: Final = "end"
"""Key of the closing line: counts by kind of line, and the SHA-256 of all lines between head and end."""
