"""One script a stage of dvc.yaml: read, call, write."""

from pipeline import interrupt

interrupt.told_in_a_line()
