"""The schema of claims/params.yaml: what the claims share."""

from pipeline.params import Model, ModelName, Section


class ClaimsParams(Section):
    """Models trained for the claims, and the order of their page."""

    order: list[str]
    models: dict[ModelName, Model]
