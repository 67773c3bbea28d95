"""Backups: a whole register in one file, checked after it was written, and put back somewhere else."""
