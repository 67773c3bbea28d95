"""OGC API – Features: GIS programs and city platforms connect here."""
