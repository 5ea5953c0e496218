"""Numbers in files: metrics as JSON, training curves as CSV."""

import json
import math
from pathlib import Path
from typing import Any


def write_metrics(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers, nested by name, as DVC's metrics: JSON, four decimals, null for NaN."""
    text = json.dumps(_rounded(numbers), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
