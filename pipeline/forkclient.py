"""Be the Python of a command line: a fork of the fork server's for `-m …`, else a fresh one.

    python -ISE pipeline/forkclient.py <python> <the server's socket> -m stages.check …

It imports next to nothing, since it runs before each stage.
"""

import json
import os
import signal
import socket
import sys


def main() -> None:
    """Exit as the module does, by a signal if that ended it."""
    python, address, *argv = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as connection:
        if argv[:1] != ["-m"] or connection.connect_ex(address) != 0:
            os.execv(python, [python, *argv])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the fork gets it, too, and says its word
        here = os.getcwd()  # noqa: PTH109, pathlib takes longer to import than all else here
        content = json.dumps([argv[1:], here, dict(os.environ)]).encode()
        socket.send_fds(connection, [len(content).to_bytes(8)], [0, 1, 2])
        connection.sendall(content)
        status = int(connection.recv(8) or 1)
    if status < 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    main()
