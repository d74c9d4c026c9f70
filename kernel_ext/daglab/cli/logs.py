"""`daglab logs`."""

from __future__ import annotations

import json
import time

import click

from daglab.cli.opening import opened
from daglab.cli.printing import json_option
from daglab.foundation.text import format_bytes, format_duration, plural
from daglab.orchestration.instance import Instance
from daglab.orchestration.recovery import end_lost_runs
from daglab.records.assets import CheckEvaluation, Materialization, Observation
from daglab.records.codec import payload_to_text
from daglab.records.events import (
    Event,
    Expectation,
    HookRan,
    LogLine,
    OutputHandled,
    ResourcesOpened,
    RunEnded,
    RunPlanned,
    StepEnded,
    StepFailed,
    StepSkipped,
    StepUpForRetry,
    ValuePassed,
)
from daglab.views.runs import moment

_POLL_SECONDS = 0.1


@click.command()
@click.argument("run_id")
@click.option("--follow", "-F", is_flag=True, help="Stay until the run ends.")
@json_option
def logs(run_id: str, follow: bool, as_json: bool) -> None:
    """Prints what happened in a run: its events, and what its code logged and printed.

    With --json, one object a line.
    """
    with opened() as instance:
        run = instance.store.run(run_id)
        after = 0
        while True:
            # Asked before the events are read: what is finished now has no event that we could miss.
            is_over = instance.store.run(run.run_id).status.is_finished
            after = _print_new(instance, run.run_id, after, as_json=as_json)
            if is_over or not follow:
                return
            time.sleep(_POLL_SECONDS)
            end_lost_runs(instance)


def _print_new(instance: Instance, run_id: str, after: int, *, as_json: bool) -> int:
    while events := instance.store.events(run_id=run_id, after=after, limit=1000):
        for event in events:
            click.echo(_as_json(event) if as_json else _as_text(event))
        after = events[-1].event_id
    return after


def _as_text(event: Event) -> str:
    time_of_day = event.at.astimezone().strftime("%H:%M:%S.%f")[:-3]
    head = f"{time_of_day}  {event.type.value:<22} {event.step_key}"
    told = _told(event)
    return f"{head}  {told}".rstrip() if "\n" not in told else f"{head}\n{told}"


def _told(event: Event) -> str:
    match event.payload:
        case LogLine(text=text, level=level):
            return f"{level} {text}".strip()
        case RunPlanned(steps=steps):
            return plural(len(steps), "step")
        case StepEnded(seconds=seconds, cpu_seconds=cpu):
            return f"{format_duration(seconds)}, {format_duration(cpu)} of processor time"
        case StepFailed(failure=failure) | RunEnded(failure=failure) if failure:
            return failure.render()
        case StepUpForRetry(failure=failure, seconds_to_wait=seconds):
            return f"again in {format_duration(seconds)}\n{failure.render()}"
        case StepSkipped(reason=reason):
            return reason
        case HookRan(hook=hook, failure=failure):
            return f"{hook}\n{failure.render()}" if failure else hook
        case ResourcesOpened(keys=keys, failure=failure):
            return f"{', '.join(keys)}\n{failure.render()}" if failure else ", ".join(keys)
        case OutputHandled(output=output):
            return f"{output.name} {output.mapping_key}".strip()
        case Expectation(success=success, label=label, description=description):
            return f"{'met' if success else 'not met'} {label} {description}".strip()
        case Observation(asset_key=key):
            return key
        case ValuePassed(name=name, how=how):
            return f"{name} {how}".strip()
        case Materialization(asset_key=key, data_version=version, stored=stored):
            facts = [key, version[:8]]
            if stored and stored.rows is not None:
                facts.append(plural(stored.rows, "row"))
            if stored and stored.size is not None:
                facts.append(format_bytes(stored.size))
            return ", ".join(facts)
        case CheckEvaluation(asset_key=key, check_name=name, passed=passed, message=message):
            return f"{key}: {name} {'passed' if passed else 'failed'} {message}".rstrip()
    return ""


def _as_json(event: Event) -> str:
    text = payload_to_text(event.payload)
    whole = {
        "id": event.event_id,
        "at": moment(event.at),
        "type": event.type.value,
        "step_key": event.step_key,
        "payload": json.loads(text) if text else None,
    }
    return json.dumps(whole, ensure_ascii=False)
