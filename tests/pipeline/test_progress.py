"""Bars: on a terminal, and nowhere else."""

import io
import sys

import pytest

from pipeline.progress import download_bar, epoch_bar, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def bar_of_items():
    assert list(progress([3, 1, 2], "items")) == [3, 1, 2]


def bar_of_bytes():
    with download_bar() as advance:
        advance("items", 512, 1024)
        advance("items", 512, 1024)
        advance("others", 512, None)


def bar_of_epochs():
    with epoch_bar("items", 2) as advance:
        advance([{"validation_elbo": -200.0}])
        advance([{"validation_elbo": -200.0}, {"validation_elbo": -100.0}])


BARS = [bar_of_items, bar_of_bytes, bar_of_epochs]


@pytest.mark.parametrize("bar", BARS)
def test_a_bar_is_silent_without_a_terminal(bar, capsys):
    bar()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("bar", BARS)
def test_a_bar_is_shown_on_a_terminal(bar, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    bar()
    assert "items" in sys.stderr.getvalue()
