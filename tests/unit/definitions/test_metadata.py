from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from daglab.definitions.metadata import MetadataValue, metadata_from_json, metadata_to_json, normalize_metadata
from daglab.errors import InvalidDefinitionError


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, MetadataValue.null()),
        (True, MetadataValue.bool(True)),
        (3, MetadataValue.int(3)),
        (1.5, MetadataValue.float(1.5)),
        ("x", MetadataValue.text("x")),
        (Path("a/b"), MetadataValue.path("a/b")),
        (datetime(2013, 1, 1, tzinfo=UTC), MetadataValue.timestamp(datetime(2013, 1, 1, tzinfo=UTC))),
        (np.int64(3), MetadataValue.int(3)),
        (np.float32(0.5), MetadataValue.float(0.5)),
        (np.bool_(True), MetadataValue.bool(True)),
        ({"a": (1, {2})}, MetadataValue.json({"a": [1, [2]]})),
        ([math.inf], MetadataValue.json(["inf"])),
        (MetadataValue.md("*x*"), MetadataValue.md("*x*")),
    ],
)
def test_plain_values_are_taken_for_what_they_are(raw: object, expected: MetadataValue) -> None:
    found = normalize_metadata({"name": raw})
    assert found == {"name": expected}
    assert metadata_from_json(metadata_to_json(found)) == found


def test_all_values_that_cannot_be_kept_are_named_at_once() -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        normalize_metadata({"a": object(), "b": 1, "c": [b"x"], "d": datetime(2013, 1, 1)})
    assert str(caught.value) == (
        "metadata that cannot be kept: 'a': a value of type object has no JSON form; "
        "'c': a value of type bytes has no JSON form; "
        "'d': the timestamp datetime.datetime(2013, 1, 1, 0, 0) has no zone\n  → use MetadataValue.text(...)"
    )
