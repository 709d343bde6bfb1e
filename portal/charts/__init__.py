"""Charts as inline SVG from the server: shapes are computed here, templates in `portal/charts/` write them down.

Widths are percent and heights pixels, so that text keeps its size at every width, and nothing needs a script.
"""
