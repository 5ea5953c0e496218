"""The schema of claims/params.yaml: what the claims share."""

from pipeline.model_params import Model, ModelName
from pipeline.section import Section


class ClaimsParams(Section):
    """Models trained for the claims, and the order of their page."""

    order: list[str]
    models: dict[ModelName, Model]
