from __future__ import annotations

from collections.abc import Iterator

import pytest

from daglab import AssetSpec, MaterializeResult, failure_hook, job, materialize_to_memory, multi_asset, op, success_hook
from daglab.errors import InvariantViolationError, UnknownResourceError


def test_each_hook_runs_only_where_it_belongs() -> None:
    seen = []

    @success_hook
    def well(context) -> None:  # type: ignore[no-untyped-def]
        seen.append(("well", context.step_key))

    @failure_hook
    def badly(context) -> None:  # type: ignore[no-untyped-def]
        seen.append(("badly", context.step_key))

    @op
    def good() -> None:
        pass

    @op
    def wrong() -> None:
        raise ValueError("wrong")

    @job(hooks={well, badly})
    def both() -> None:
        good()
        wrong()

    result = both.execute_in_process(raise_on_error=False)
    assert seen == [("well", "good"), ("badly", "wrong")]
    hooks = [(one.event_type_value, one.step_key) for one in result.all_events if one.is_hook_event]
    assert sorted(hooks) == [
        ("HOOK_COMPLETED", "good"),
        ("HOOK_COMPLETED", "wrong"),
        ("HOOK_SKIPPED", "good"),
        ("HOOK_SKIPPED", "wrong"),
    ]


def test_step_sees_only_the_resources_that_it_asked_for() -> None:
    @op(required_resource_keys={"a"})
    def asks(context) -> None:  # type: ignore[no-untyped-def]
        assert context.resources.a == 1
        assert context.resources.b == 2

    @op(required_resource_keys={"b"})
    def other() -> None:
        pass

    @job(resource_defs={"a": 1, "b": 2})
    def both() -> None:
        asks()
        other()

    with pytest.raises(UnknownResourceError, match="'b'"):
        both.execute_in_process()


def test_asset_that_comes_after_what_is_made_from_it_is_refused() -> None:
    @multi_asset(specs=[AssetSpec("x"), AssetSpec("y", deps=["x"])])
    def made() -> Iterator[MaterializeResult]:
        yield MaterializeResult("y")
        yield MaterializeResult("x")

    with pytest.raises(InvariantViolationError, match="gave back 'y' before 'x'"):
        materialize_to_memory([made])
