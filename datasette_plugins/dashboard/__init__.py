"""Figures and ledgers for a city's platform: protection lists, directories, ledgers, KPIs."""
