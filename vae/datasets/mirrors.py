"""Bytes from a mirror, in bounded time and space, however it misbehaves.

A source is a folder's file or an http(s) address; redirects to anything else are refused. A mirror
counts as hanging when its first answer takes longer than a time-out, whatever it sends until then,
when it is silent for so long, or when it sends too little in so long.
"""

import queue
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

_CHUNK = 1 << 16
_SLOWEST = 1024  # bytes a second
_GRACE = 0.5  # seconds in which the socket's own time-out is to come first
_LONGEST = 3600  # seconds for one file
_LARGEST = 1 << 30  # bytes; EMNIST's archive, the largest that torchvision lists, has 562 MB


class Refused(Exception):
    """A mirror did not give a file; `again` says whether to ask once more may help."""

    def __init__(self, reason: str, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


def chunks(source: str, timeout: float) -> Iterator[tuple[bytes, int | None]]:
    """The bytes of a file or address as they come, each with the total if that is known.

    Args:
        source: a path, or an address that begins with http:// or https://.
        timeout: in seconds; see the module.

    Raises:
        Refused: saying why.
    """
    begun = last = time.monotonic()
    size = recent = 0
    try:
        with _open(source, timeout) as response:
            total = getattr(response, "length", None)
            _bound(total or 0)
            while chunk := response.read1(_CHUNK):
                yield chunk, total
                size += len(chunk)
                recent += len(chunk)
                _bound(size)
                now = time.monotonic()
                if now - last > timeout:
                    if recent < _SLOWEST * (now - last):
                        raise Refused(f"hangs: {recent} bytes in {now - last:.0f} s")
                    if now - begun > _LONGEST:
                        raise Refused(f"takes too long: {size} bytes in {now - begun:.0f} s")
                    recent, last = 0, now
    except TimeoutError:
        raise Refused(f"hangs: silent for {timeout:.0f} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Refused(str(error) or type(error).__name__, _may_pass(error)) from None
    if total is not None and size < total:
        raise Refused(f"ended after {size} of {total} bytes", again=True)


def _bound(size: int) -> None:
    if size > _LARGEST:
        raise Refused(f"sends more than {_LARGEST >> 20} MiB")


def _may_pass(error: Exception) -> bool:
    """Whether an error may be gone at the next request: the server's own, or a broken line."""
    if isinstance(error, HTTPError):
        return error.code >= 500
    return isinstance(error, ConnectionError | HTTPException)


def _open(source: str, timeout: float) -> Any:
    """A file to read from.

    An address is asked in a thread of its own, which is left behind if it takes too long: a server
    that drips its headers byte by byte outlasts the socket's own time-out.
    """
    if not source.startswith(("http://", "https://")):
        return Path(source).open("rb")
    request = urllib.request.Request(source, headers={"User-Agent": "latent-atlas"})
    answers: queue.Queue[Any] = queue.Queue()
    late = threading.Event()

    def ask() -> None:
        try:
            answer = _web().open(request, timeout=timeout)
        except Exception as error:
            answer = error
        answers.put(answer)
        if late.is_set() and hasattr(answer, "close"):
            answer.close()

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout + _GRACE)
    except queue.Empty:
        late.set()
        raise TimeoutError from None
    if isinstance(answer, Exception):
        if isinstance(answer, HTTPError):
            answer.close()
        raise answer
    return answer


def _web() -> urllib.request.OpenerDirector:
    """What opens http and https, through a proxy if the environment names one, and nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener
