"""Numbers in words and tables."""


def number(value: float | None, form: str) -> str:
    """A number as Python formats it, but with a minus sign; a dash where there is none.

    >>> number(-1.25, ".1f"), number(None, ".1f")
    ('−1.2', '–')
    """
    return "–" if value is None else f"{value:{form}}".replace("-", "−")
