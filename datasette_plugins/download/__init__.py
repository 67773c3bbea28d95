"""Downloads: the whole edition or a search, as CSV, GeoJSON, GeoPackage and Darwin Core Archive."""
