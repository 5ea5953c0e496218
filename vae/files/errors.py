"""Invalid input: shown as one line, without a traceback."""


class InputError(ValueError):
    """Something given is wrong; the message names it, its value, what is allowed, the remedy."""
