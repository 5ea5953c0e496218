"""What several test modules share. Shapes and types are checked while tests run."""

import os
from importlib.util import cache_from_source
from pathlib import Path

import jaxtyping
import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import _import_hook, install_import_hook
from ruamel.yaml import YAML

# models of tests are small: threads would wait for each other longer than they compute
os.environ.setdefault("OMP_NUM_THREADS", "1")

_cached = _import_hook._optimized_cache_from_source


def _cache_of(checker, path, *more):
    """For what is checked, not for the libraries that it imports: to compile these takes 8 s."""
    if "site-packages" in path:
        return cache_from_source(path, *more)
    return _cached(checker, path, *more)


_import_hook._optimized_cache_from_source = _cache_of
# before anything of these is imported; an int may stand for a float, as Python's typing says
install_import_hook(
    ["vae", "figures", "pages", "claims"],
    "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))",
)

from pipeline.run import PARAMS  # noqa: E402
from tests.project import NAME, ROOT, built  # noqa: E402

_PROFILE = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("each-time-the-same", derandomize=True, max_examples=50, **_PROFILE)
settings.register_profile("many", max_examples=1000, **_PROFILE)
settings.load_profile("each-time-the-same")

LONGEST = [
    "test_run_of_the_pipeline",  # which makes the run that others work on
    "test_faults",
    "test_names",
    "test_claims",
    "test_damaged_inputs",
    "test_explorer",
    "test_whole_report",
    "test_network",
    "test_posterior",
    "test_quadrature",
    "test_chaos",
    "test_compare",
    "test_readme",
    "test_deps",
    "test_additions",
    "test_addition",
    "test_recover",
    "test_gaps",
    "test_run",
    "test_report",
]


def pytest_collection_modifyitems(items):
    """The longest modules first, so that no worker is left with one of them at the end."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """A copy of the project in which the pipeline has run; all workers share it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return built(folder / NAME)


@pytest.fixture
def as_users_run_it():
    """Without the type checks of tests, which would speak before the check that users meet."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def content():
    """The shipped parameters as one dictionary, to be altered."""
    return YAML(typ="safe").load((ROOT / PARAMS).read_text(encoding="utf-8"))


def without_own(content, *more):
    """Parameters but for the sections that a figure's own stage checks."""
    return {key: value for key, value in content.items() if key not in ("cloud", *more)}


def changed(content, **changes):
    """The parameters with some values set; `a__b=3` sets a.b."""
    for path, value in changes.items():
        *sections, key = path.split("__")
        section = content
        for name in sections:
            section = section[name]
        section[key] = value
    return content


def write_params(folder, content):
    """Lay parameters down in a folder, where a stage looks for them."""
    YAML(typ="safe").dump(content, folder / PARAMS)


@pytest.fixture(scope="session")
def mirror():
    """A folder that holds mnist/<archives>; without one, tests skip, or fail on CI."""
    named = os.environ.get("DATASET_MIRROR")
    for folder in (Path(named) if named else None, ROOT.parent / "shared"):
        if folder and (folder / "mnist" / "train-images-idx3-ubyte.gz").is_file():
            return folder
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    return give_up("no MNIST: let DATASET_MIRROR name a folder that holds mnist/<its archives>")


@pytest.fixture(scope="session")
def mnist(mirror, tmp_path_factory):
    """The real MNIST."""
    from vae.datasets.archives import fetch
    from vae.datasets.readers import read

    store = tmp_path_factory.mktemp("archives")
    fetch("mnist", store, mirror=str(mirror))
    return read("mnist", store, store)


@pytest.fixture(scope="session")
def browser():
    """A browser without a network; where there is none, tests skip, or fail on CI."""
    from benchmarks.browser import MISSING, find, started

    if find() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with started() as running:
        yield running


@pytest.fixture
def opened(browser):
    """Open a page from disk; at the end no error was told and nothing else was asked for."""
    asked, told, contexts = [], [], []

    def open_(path, ready="body", at="", **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda m: told.append(m.text) if m.type == "error" else None)
        page.goto(path.resolve().as_uri() + at)
        page.wait_for_selector(ready, state="attached")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert told == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert sum(url.startswith("file:") for url in asked) == len(contexts)


@pytest.fixture(scope="session")
def accessible():
    """Check a page by axe-core: nothing serious may be found."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page):
        found = Axe().run(page).response["violations"]
        serious = [item for item in found if item["impact"] in ("serious", "critical")]
        assert not serious, [(i["id"], [n["html"][:120] for n in i["nodes"]]) for i in serious]

    return check
