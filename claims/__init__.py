"""What the literature says of variational autoencoders, put to the test: one folder a claim.

A claim's folder holds its `Settings` (in `__init__.py`, with what is claimed) and their values
(`params.yaml`), its mathematics (`measure.py`), its figure (`figure.py`), and the scripts of its
`dvc.yaml`: `compute.py`, which writes what was measured, and `draw.py`, which draws that. The page
of all claims (`page.py`) finds their figures, so that a new claim is a new folder.
"""
