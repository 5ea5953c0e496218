"""One module a figure: `draw` turns arrays into a matplotlib Figure, `caption` says what to see."""
