"""What can go wrong with zones, health, strategies, works, care and files, in a way a person can mend."""

from registry.errors import RegistryError


class FileKeptError(RegistryError):
    """A private file cannot be taken in or given out."""

    code = "file_unusable"
    template = "the file {path} cannot be used: {reason}"
