"""What a stage asks of its parameters once the data is at hand."""

import numpy as np
import pytest

from pipeline.require import require_classes, require_several_classes
from vae.files.errors import InputError


def test_a_class_without_images_is_told_with_those_that_have_some():
    require_classes([1, 2], np.array([2, 1, 1]), "interpolation.pairs")
    with pytest.raises(InputError, match=r"interpolation.pairs: .*class 3; there are some of 1, 2"):
        require_classes([1, 3], np.array([2, 1, 1]), "interpolation.pairs")


def test_a_single_class_is_told_where_classes_are_compared():
    require_several_classes(np.array([2, 1, 1]), "doubt")
    with pytest.raises(InputError, match=r"^doubt compares classes, .* all of one$"):
        require_several_classes(np.array([1, 1]), "doubt")
