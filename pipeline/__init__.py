"""How a stage is run: command line, parameters, device, bars. Nothing here writes content."""
