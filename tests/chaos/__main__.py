"""Disturb the pipeline at random and see whether `make` brings it to its end: `make chaos`.

A trial disturbs runs on scikit-learn's digits in a copy of the project, several times in a row, and
lets a last `make` run to its end. It is survived if that ends well, every output has the bytes of a
run that nobody disturbed, an edit that is not committed is still there, and nothing is left behind.
Nobody cleans by hand. The figures are written to benchmarks/chaos.md.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.files import atomic_write
from tests.chaos.attempt import Result, attempt, undisturbed
from tests.chaos.disturb import KILLS, KINDS
from tests.chaos.trial import may_mount
from tests.project import ROOT, built

RESULTS = ROOT / "benchmarks/chaos.md"
RESULT = """# Chaos

Written by `make chaos`, which kills, stops and damages runs at random and lets a last `make` run to
its end. A disturbance is survived if that ends well, every output has the bytes of a run that
nobody disturbed, an edit that is not committed is still there, and nothing is left behind. Nobody
cleans by hand. scikit-learn's digits and small models, one thread.

{trials} trials in {minutes:.0f} minutes, seeds {first} to {last}; {whole} survived.
Starts: {starts}.

| disturbance | tried | survived |
| --- | ---: | ---: |
{rows}
| **all kills and stops** | {killed} | {kills_survived} |

## Failures

{failures}

## What to mend in DVC

Found with DVC 3.67; `pipeline/recover.py` is what it takes to live with them.

- `dvc.lock`, `.dvc/tmp/rwlock` and the notes of experiments are written in place: opened with
  `"w"`, which empties them, then dumped piece by piece (`dvc/utils/serialize/_common.py`,
  `dvc/rwlock.py`). A process that is killed in that moment leaves a file that every later command
  refuses, or reads and has forgotten stages. Remedy: write a file beside it, then `os.replace`.
- An entry of `rwlock` blocks others as long as there is a process of its number, be it another
  program after a restart, or a zombie. Remedy: note when the process was started, too.
- A file of the cache that is read-only is believed unseen (`LocalHashFileDB.check`), and its copy
  in the workspace is noted with the hash that it should have: damage spreads and is never found.
  Remedy: compare size and time with those noted, as is done for files that may be written.
- A folder of the run cache without a file in it, or a note in it that was cut short, ends every
  later run ("join() argument must be str", "'outs'"). Remedy: as for a note that is no YAML.
- On a full disk the notes of what is linked (diskcache, `Cache._transact` with `retry`) are tried
  again for ever, at full speed. Remedy: give up at an error that says that the disk is full.
- `dvc exp run`, killed, leaves HEAD detached and uncommitted changes in `git stash`, or an entry in
  `refs/exps/stash`, which the next `dvc exp run` runs as well. Remedy: look for it at the start.
- An experiment of the queue whose worker was killed is shown as running for ever.
"""


def main() -> None:
    """Print each trial, then tried and survived; exit with 1 if one was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the first trial; each has its own")
    options = parser.parse_args()
    if not may_mount():
        print("disks are not filled, as that needs the right to mount one")
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        project = built(Path(folder) / "project")
        wanted = undisturbed(project)
        results: list[Result] = []
        begin = time.monotonic()
        while time.monotonic() - begin < 60 * options.minutes:
            results.append(attempt(project, wanted, options.seed + len(results)))
            print(results[-1], flush=True)
    text = report(results, (time.monotonic() - begin) / 60)
    with atomic_write(RESULTS) as file:
        file.write_text(text, encoding="utf-8")
    print(text)
    sys.exit(any(result.wrong for result in results))


def report(results: Sequence[Result], minutes: float) -> str:
    """What was tried and what survived, by kind, in Markdown."""
    tried = Counter(kind for result in results for kind, _ in result.done)
    survived = Counter(kind for result in results if not result.wrong for kind, _ in result.done)
    starts = Counter(result.start for result in results)
    rows = [f"| {kind} | {tried[kind]} | {survived[kind]} |" for kind in KINDS if tried[kind]]
    kills = [sum(count[kind] for kind in KILLS) for count in (tried, survived)]
    failures = [f"- {result}" for result in results if result.wrong]
    return RESULT.format(
        minutes=minutes,
        trials=len(results),
        whole=len(results) - len(failures),
        first=results[0].seed,
        last=results[-1].seed,
        starts=", ".join(f"{start} {count}" for start, count in starts.items()),
        killed=kills[0],
        kills_survived=kills[1],
        rows="\n".join(rows),
        failures="\n".join(failures) or "None.",
    )


if __name__ == "__main__":
    main()
