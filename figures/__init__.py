"""One module a figure: `draw` makes a matplotlib Figure, `caption` says how to read it."""
