"""Gushu (古树): the register, its rules and its commands. No web framework in here."""
