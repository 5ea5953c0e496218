"""The one kind of error that is told to the user in a line, without a traceback."""


class InputError(ValueError):
    """Something given is wrong; the message names it, its value, what is allowed, the remedy."""
