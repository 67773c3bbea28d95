"""Datasette's own table and SQL pages in the house style, with queries that answer real questions."""
