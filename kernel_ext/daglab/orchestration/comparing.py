"""`compare`: two materializations of an asset, side by side."""

from __future__ import annotations

from collections.abc import Mapping

from daglab.errors import DaglabError
from daglab.history.comparison import Comparison
from daglab.io_managers.value_difference import ValueDifference, difference_of
from daglab.orchestration.instance import Instance


def compare(
    asset: object,
    before: int | str = -2,
    after: int | str = -1,
    *,
    partition_key: str | None = None,
    resources: Mapping[str, object] | None = None,
    home: str | None = None,
) -> Comparison:
    """Compares two materializations of an asset of this project; by default the last two.

    What comes back shows itself as a table in a notebook: rows, size, versions, inputs and metadata side by side; of
    tables also columns that are new or gone, types that changed, and the first cell that differs.

    Args:
        asset: its key, its name, or its definition.
        before: -1 for the latest, -2 for the one before, and so on; or a data version, or the start of one.
        after: the same.
        partition_key: the partition; by default all partitions count as one history.
        resources: IO managers of one's own, by key, where another than daglab's keeps the value.
        home: the home; by default the one of the project.

    Raises:
        ValueMissingError: there is no such asset or version.

    Example:
        >>> import tempfile
        >>> from daglab.definitions.asset_decorator import asset
        >>> from daglab.orchestration.materialize import materialize
        >>> rows = [1, 2, 3]
        >>> @asset
        ... def orders():
        ...     return list(rows)
        >>> home = tempfile.mkdtemp()
        >>> with Instance.open(home) as instance:
        ...     _ = materialize([orders], instance=instance)
        ...     rows[2] = 5
        ...     _ = materialize([orders], instance=instance)
        >>> list(compare("orders", home=home).sentences())
        ['First difference: [2]: 3 became 5.']
    """
    with Instance.open(home) as instance:
        return compare_versions(instance, asset, before, after, partition_key=partition_key, resources=resources)


def compare_versions(
    instance: Instance,
    asset: object,
    before: int | str,
    after: int | str,
    *,
    partition_key: str | None = None,
    resources: Mapping[str, object] | None = None,
) -> Comparison:
    """Compares two materializations of an asset; the arguments are those of `compare`."""
    made = [instance.materialization(asset, version=one, partition_key=partition_key) for one in (before, after)]
    if made[0].data_version == made[1].data_version:
        return Comparison(before=made[0], after=made[1], difference=ValueDifference())
    try:
        values = [instance.load_made(one, asset=asset, resources=resources) for one in made]
    except DaglabError as error:
        return Comparison(before=made[0], after=made[1], remark=error.message)
    return Comparison(before=made[0], after=made[1], difference=difference_of(*values))
