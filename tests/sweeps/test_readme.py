"""The examples of sweeps/README.md, as far as they can be tried without a cluster."""

import re

from ruamel.yaml import YAML

from sweeps.experiment import experiments
from sweeps.schema import Sweep
from tests.project import ROOT

TEXT = (ROOT / "sweeps/README.md").read_text(encoding="utf-8")


def blocks(language):
    found = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return found if language != "yaml" else [list(YAML(typ="safe").load_all(b)) for b in found]


def test_the_example_of_a_file_can_be_run(content):
    (example,) = blocks("yaml")[0]
    sweep = Sweep(**example)
    # 3 · 2 values, 3 rates, 20 draws and one more setting, three seeds
    assert len(sweep.expanded()) == 3 * (3 * 2 * 3 + 20 + 1)
    assert experiments(sweep, "README.md", "base", content)
    assert set(example) == set(Sweep.model_fields)


def test_every_variable_is_told_and_no_other():
    told = set(re.findall(r"^\| `([A-Z]+)` \|", TEXT, re.MULTILINE)) | {"METRIC"}
    source = (ROOT / "sweeps/command.py").read_text(encoding="utf-8")
    assert told == set(re.findall(r'(?:told|environ\.get)\("([A-Z]+)"', source))


def test_the_jobs_of_slurm_are_workers_of_one_thread():
    (program,) = blocks("python")
    made = {}
    exec(program.partition("cluster.scale")[0].replace("8786", "0"), made)
    with made["cluster"] as cluster:
        script = cluster.job_script()
    assert "#SBATCH -t 12:00:00" in script
    assert re.search(r"dask_worker tcp://\S+ .*--nthreads 1 .*--local-directory /tmp", script)


def test_the_workers_of_kubernetes_ask_the_scheduler_of_their_service():
    service, scheduler, workers = blocks("yaml")[1]
    assert scheduler["spec"]["template"]["metadata"]["labels"] == service["spec"]["selector"]
    (port,) = service["spec"]["ports"]
    (container,) = workers["spec"]["template"]["spec"]["containers"]
    address = f"tcp://{service['metadata']['name']}:{port['port']}"
    assert container["args"][:3] == ["dask", "worker", address]
    volumes = {volume["name"] for volume in workers["spec"]["template"]["spec"]["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
