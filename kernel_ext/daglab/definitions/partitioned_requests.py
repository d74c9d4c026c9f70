"""Run requests for partitions, completed with the config and the tags of the partition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daglab.definitions.partitions.dynamic_requests import AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest
from daglab.definitions.partitions.loading import DynamicPartitionsStore, partition_loading_context
from daglab.definitions.partitions.partitioned_config import PartitionedConfig
from daglab.definitions.run_request import RunRequest
from daglab.errors import InvalidInvocationError

DynamicRequest = AddDynamicPartitionsRequest | DeleteDynamicPartitionsRequest


class StoreAfterRequests:
    """A store of dynamic keys as it will be once some requests are fulfilled."""

    def __init__(self, store: DynamicPartitionsStore, requests: Sequence[DynamicRequest]) -> None:
        self._store = store
        self._requests = requests

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        """All keys of that definition."""
        keys = dict.fromkeys(self._store.get_dynamic_partitions(partitions_def_name))
        for request in self._requests:
            if request.partitions_def_name == partitions_def_name:
                for key in request.partition_keys:
                    if isinstance(request, AddDynamicPartitionsRequest):
                        keys[key] = None
                    else:
                        keys.pop(key, None)
        return list(keys)

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether that definition has that key."""
        return partition_key in self.get_dynamic_partitions(partitions_def_name)


def with_partition(
    request: RunRequest,
    job: Any,
    requests: Sequence[DynamicRequest] = (),
    store: DynamicPartitionsStore | None = None,
    partitions_def: Any = None,
) -> RunRequest:
    """The request with the config and the tags of its partition.

    Args:
        request: has a partition key.
        job: which job is launched.
        requests: changes of dynamic keys that come first.
        store: where dynamic keys are kept.
        partitions_def: that of the assets that are selected, where it is another than the job's.

    Raises:
        InvalidInvocationError: the job has no partitions.
        UnknownPartitionError: it has no partition of that key.
    """
    definition = partitions_def or job.partitions_def
    if definition is None or request.partition_key is None:
        raise InvalidInvocationError(
            f"a run of {job.name!r} was asked for the partition {request.partition_key!r}, and it has no partitions",
            hint="leave out partition_key",
        )
    after = StoreAfterRequests(store, requests) if store is not None else None
    with partition_loading_context(dynamic_partitions_store=after):
        definition.validate_partition_key(request.partition_key)
        config = getattr(job, "partitioned_config", None)
        if isinstance(config, PartitionedConfig):
            tags = config.get_tags_for_partition_key(request.partition_key, job.name)
            run_config = request.run_config or config.get_run_config_for_partition_key(request.partition_key)
        else:
            tags, run_config = definition.get_tags_for_partition_key(request.partition_key), request.run_config
    return request.with_replaced_attrs(tags={**request.tags, **tags}, run_config=run_config)
