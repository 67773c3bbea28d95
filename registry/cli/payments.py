"""Payments for care on the command line."""
