"""What importing a module brings in, in a process of its own."""

import subprocess
import sys

from tests.project import ROOT

_IMPORT = """
import importlib, importlib.machinery, sys

class Forbidden:
    '''Finds what must not be loaded, and ends the process in its place.'''

    def find_spec(self, name, path=None, target=None):
        if name in sys.argv[1].split():
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, found):
        sys.exit(f"{module} loads {found.__name__}")

sys.meta_path.insert(0, Forbidden())
for module in sys.argv[2:]:
    importlib.import_module(module)
"""


def loaded(modules, *forbidden):
    """Which of some modules, imported one after the other, loads what it must not; or nothing."""
    command = [sys.executable, "-c", _IMPORT, " ".join(forbidden), *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    said = done.stderr.strip()
    assert (done.returncode == 0) == (said == ""), said
    assert done.returncode == 0 or " loads " in said.splitlines()[0], said
    return said
