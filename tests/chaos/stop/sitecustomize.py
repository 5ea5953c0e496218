"""Let the kernel end this process while it writes a certain file; Python imports this itself.

Once it is about to open a file of the name STOP_AT for writing for the STOP_WRITE-th time, it may
write the share STOP_SHARE of the file's former size, and ends at the next byte by SIGXFSZ. No
Python code sees that, as with SIGKILL: the file stays as the open and the writes have left it.
"""

import os
import resource
import signal
import sys
from pathlib import Path

if "STOP_AT" in os.environ:
    writes = int(os.environ["STOP_WRITE"])

    def watch(event, arguments):
        global writes
        if event != "open" or not isinstance(arguments[0], str) or not arguments[2] & os.O_TRUNC:
            return
        file = Path(arguments[0])
        if file.name != os.environ["STOP_AT"]:
            return
        writes -= 1
        if writes == 0:
            size = file.stat().st_size if file.exists() else 0
            Path(os.environ["STOP_TOLD"]).touch()
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            limit = int(size * float(os.environ["STOP_SHARE"]))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    sys.addaudithook(watch)
