"""Notices to stewards on the command line."""
