from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from running import Run

from daglab.definitions.asset_decorator import asset
from daglab.errors import UnstorableValueError
from daglab.execution.boundary import failure_from, is_frame_of_ours
from daglab.execution.step import StepExecutor
from daglab.records.failure import Failure
from daglab.records.runs import RunStatus


class Odd(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Endless(Exception):
    def __str__(self) -> str:
        return "x" * 1_000_000


def caught(raising: Callable[[], object]) -> Failure:
    try:
        raising()
    except BaseException as error:
        return failure_from(error)
    raise AssertionError("nothing was raised")


def fail(error: BaseException) -> None:
    raise error


def failure_of_a_step(raising: Callable[[], object]) -> Failure:
    @asset
    def step() -> int:
        raising()
        return 1

    return Run([step]).outcome.failures["step"]


def test_frames_begin_with_the_users_own() -> None:
    failure = failure_of_a_step(lambda: fail(ValueError("bad")))
    assert (failure.kind, failure.message) == ("ValueError", "bad")
    assert [frame.splitlines()[0].rpartition(", ")[2] for frame in failure.frames] == [
        "in step", "in <lambda>", "in fail"
    ]  # fmt: skip


def test_causes_are_followed() -> None:
    def raising() -> None:
        try:
            fail(KeyError("first"))
        except KeyError as error:
            raise ValueError("second") from error

    failure = failure_of_a_step(raising)
    assert (failure.headline, failure.cause and failure.cause.headline) == ("ValueError: second", "KeyError: 'first'")
    assert (
        failure.render().index("KeyError: 'first'")
        < failure.render().index("which led to")
        < failure.render().index("ValueError: second")
    )


def test_what_was_being_handled_is_a_cause_unless_it_is_suppressed() -> None:
    def raising(*, suppress: bool) -> None:
        try:
            fail(KeyError("first"))
        except KeyError:
            if suppress:
                raise ValueError("second") from None
            raise ValueError("second")  # noqa: B904

    shown = caught(lambda: raising(suppress=False))
    assert shown.cause is not None and shown.cause.headline == "KeyError: 'first'"
    assert caught(lambda: raising(suppress=True)).cause is None


def test_circle_of_causes_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    failure = failure_from(first)
    assert failure.cause is not None and failure.cause.headline == "ValueError: second"
    assert failure.cause.cause is None


@pytest.mark.parametrize(
    ("error", "headline"),
    [
        (Odd(), "Odd: <its message cannot be read: RuntimeError>"),
        (ValueError(), "ValueError"),
        (ValueError("two\nlines"), "ValueError: two"),
        (ValueError("half \udc80"), "ValueError: half \\udc80"),
        (SystemExit(3), "SystemExit: the code called sys.exit(3)"),
        (SystemExit(), "SystemExit: the code called sys.exit(None)"),
        (GeneratorExit(), "GeneratorExit"),
        (BaseExceptionGroup("several", [ValueError("one")]), "ExceptionGroup: several (1 sub-exception)"),
        (RecursionError("deep"), "RecursionError: deep"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_odd_exceptions_fail_their_step(error: BaseException, headline: str) -> None:
    failure = failure_of_a_step(lambda: fail(error))
    assert failure.headline == headline
    assert pickle.loads(pickle.dumps(failure)) == failure


def test_endless_message_is_cut() -> None:
    message = caught(lambda: fail(Endless())).message
    assert message.endswith("… (1,000,000 characters in all)")
    assert len(message) < 25_000


def test_deep_recursion_keeps_the_innermost_frames() -> None:
    def dive(depth: int) -> None:
        dive(depth + 1)

    failure = caught(lambda: dive(0))
    assert failure.kind == "RecursionError"
    assert len(failure.frames) <= 50


def test_syntax_error_shows_its_line() -> None:
    assert "(1 +" in caught(lambda: compile("x = (1 +", "n.ipynb cell 1", "exec")).message


def test_interrupt_cancels_and_every_other_exit_fails() -> None:
    @asset
    def interrupted() -> int:
        raise KeyboardInterrupt

    @asset
    def left() -> int:
        raise SystemExit(1)

    assert Run([interrupted]).status is RunStatus.CANCELED
    assert Run([left]).status is RunStatus.FAILURE


def test_our_own_errors_need_no_story_of_a_library() -> None:
    def library() -> None:
        try:
            pickle.dumps(lambda: 1)
        except Exception as error:
            error.__traceback__ = None
            raise UnstorableValueError("v cannot be stored", hint="return something else") from error

    failure = caught(library)
    assert (failure.cause, failure.hint) == (None, "return something else")


def test_our_own_errors_keep_a_cause_in_the_users_code() -> None:
    def own_io_manager() -> None:
        try:
            fail(OSError("disk"))
        except OSError as error:
            raise UnstorableValueError("v cannot be stored") from error

    failure = caught(own_io_manager)
    assert failure.cause is not None and failure.cause.headline == "OSError: disk"


def test_frames_of_ours_are_known_in_printed_tracebacks() -> None:
    ours = StepExecutor.run.__code__.co_filename
    assert is_frame_of_ours(f'  File "{ours}", line 3 in run')
    assert not is_frame_of_ours('  File "n.ipynb cell 1", line 3 in <module>')
    assert not is_frame_of_ours("Fatal Python error: Segmentation fault")
