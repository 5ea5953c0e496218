"""What the README shows, as a reader of it would run it in a clone."""

import re
import shlex

from tests.project import ROOT, call, cloned, edit


def test_revisions_are_compared_from_git_and_a_bare_cache_is_told(repository, tmp_path):
    call(f"git clone -q {shlex.quote(str(repository))} compared", tmp_path)
    clone = tmp_path / "compared"
    call("git config user.email t@example.org && git config user.name t", clone)
    edit(clone, {"models.vae.objective.beta": 2.0})
    call("git commit -qam softer && git branch softer && git reset -q --hard HEAD~1", clone)
    (clone / "params.yaml").write_text("a: [")
    call("git commit -qam broken && git branch broken && git reset -q --hard HEAD~1", clone)
    command = "python -m pages.compare pages/compare pages/shared.css reports page.html --"
    call(f'{command} "main softer"', clone)
    page = (clone / "page.html").read_text(encoding="utf-8")
    assert "models.vae.objective.beta was 1 and is 2" in page
    assert "the cache does not hold" in page
    assert "reports/explorer/cvae.html" in page
    assert page.count("data:image/png") > 10
    broken = call(f'{command} "main broken"', clone, check=False)
    assert broken.returncode == 1
    assert re.fullmatch(r"python -m pages\.compare: broken cannot be read .*\n", broken.stderr)


def test_the_commands_of_the_readme_run(repository, tmp_path):
    """In their order, in a clone as a reader has one, with the cache at hand."""
    clone = cloned(repository, tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ (.+)$", readme, re.M)
    assert any(command.startswith("dvc exp run") for command in commands)
    for command in commands:
        call(command, clone)
    assert (clone / "dvc_plots/index.html").exists()
