"""The environment: a torch that fits its torchvision, and a lock that is whole and portable."""

import re
import sys
import tomllib

import pytest
import ruamel.yaml
from ruamel.yaml import YAML

from tests.project import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*"))


def test_torch_and_torchvision_belong_together():
    """A mismatched pair fails at import: `operator torchvision::nms does not exist`."""
    import torch
    from torchvision import ops

    assert ops.nms(torch.tensor([[0.0, 0, 1, 1]]), torch.ones(1), 0.5).tolist() == [0]


def test_the_lock_pins_every_dependency_with_a_hash(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    blocks = re.split(r"\n(?=\S)", (root / "requirements.txt").read_text(encoding="utf-8"))
    pinned = {re.match(r"[\w.-]+", block)[0]: block for block in blocks if "==" in block}
    for name in (re.match(r"[\w.-]+", line)[0].replace(".", "-") for line in wanted):
        assert "--hash=sha256:" in pinned[name]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_pins_with_a_hash_and_names_no_index(lock):
    text = lock.read_text(encoding="utf-8")
    for block in re.split(r"\n(?=\S)", text):
        assert re.match(r"[\w.-]+==\S+ .*\\\n    --hash=sha256:[0-9a-f]{64}", block)
    assert not re.search(r"https?://|index-url", text)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_job_may_read_the_code_and_only_publishing_may_write(file):
    workflow = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        publishes = {"pages": "write", "id-token": "write"}
        assert job["permissions"] == (publishes if name == "pages" else {"contents": "read"})


def test_yaml_is_read_by_libyaml():
    """Without it DVC needs a second and a half longer to see that nothing has changed."""
    assert ruamel.yaml.__with_libyaml__ or sys.implementation.name != "cpython"
