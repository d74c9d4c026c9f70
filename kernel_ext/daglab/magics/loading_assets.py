"""`%load_asset`: stored values, into variables."""

from __future__ import annotations

from collections.abc import Sequence

from daglab.errors import InvalidInvocationError, InvalidSubsetError, ValueMissingError, suggest
from daglab.execution.loading import load_value
from daglab.foundation.clock import SystemClock
from daglab.foundation.text import format_age
from daglab.magics.session import KernelSession
from daglab.notebooks.directive_arguments import is_name
from daglab.notebooks.known_keys import KeyNames


def load_assets(session: KernelSession, keys: Sequence[str], name: str | None) -> None:
    """Puts the latest values of assets into the user's variables, and says how old they are.

    Raises:
        InvalidInvocationError: several assets for one name, or no name that a variable can have.
        InvalidSubsetError: there is no such asset, or it is not clear which.
        ValueMissingError: it was never materialized.
    """
    if name is not None and len(keys) > 1:
        raise InvalidInvocationError(f"--as {name} is one name for {len(keys)} assets", hint="load one at a time")
    workspace = session.workspace()
    known = KeyNames([*workspace.graph.nodes, *workspace.graph.external_keys])
    managers = session.instance.io_managers(workspace.resources)
    for text in keys:
        key = _key(known, text)
        variable = name or key.rpartition("/")[2]
        if not is_name(variable):
            raise InvalidInvocationError(
                f"{variable!r} cannot be the name of a variable", hint=f"choose one: %load_asset {text} --as NAME"
            )
        made = session.instance.asset_states([key])[key].latest
        if made is None:
            raise ValueMissingError(f"the asset {key!r} was never materialized", hint=f"%materialize +{key}")
        value = load_value(made, managers, variable)
        session.namespace[variable] = value
        session.held.hold(variable, value, made)
        print(f"{variable}: {key}, made {format_age(made.at, SystemClock().now())}")  # noqa: T201


def _key(known: KeyNames, text: str) -> str:
    found = known.named(text, hidden=frozenset())
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidSubsetError(
            f"{text!r} may be any of the assets {', '.join(sorted(found))}", hint="write the whole key"
        )
    raise InvalidSubsetError(f"there is no asset {text!r}", hint=suggest(text, known) or "%dag shows what there is")
