"""Numbers in words and tables."""


def number(value: float, form: str) -> str:
    """A number as Python formats it, but with a minus sign.

    >>> number(-1.25, ".1f")
    '−1.2'
    """
    return f"{value:{form}}".replace("-", "−")
