"""Stories and legends with their sources; walks as a page, GPX and leaflet."""
