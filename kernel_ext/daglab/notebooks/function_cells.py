"""Cells that are the body of a function: `%%op` and `%%sensor`.

Such a cell becomes, line by line, the plain Python that somebody would write instead; all the rest of daglab, and
IPython, see only that.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from daglab.definitions.retries import RetryPolicy
from daglab.errors import InvalidDefinitionError
from daglab.notebooks.directive_arguments import DirectiveArguments, is_name
from daglab.notebooks.naming import output_candidates
from daglab.notebooks.scope import analyze_cell
from daglab.notebooks.transform import cell_magic, is_foreign, to_python

OP_USAGE = """\
%%op [NAME]               this cell is an op: NAME is what jobs and graphs in Python cells call.
                          Without a NAME: the one public name that the cell binds.
  --ins NAME,NAME         the variables that it is given, in this order; `context` is there if the cell reads it
  --outs NAME,NAME        the variables that it hands on; without it, the one public name that the cell binds,
                          or whatever the cell returns
  --tags NAME=VALUE,...   labels
  --retry COUNT[:DELAY[:BACKOFF[:JITTER]]]
                          how often it is tried again: 3, 3:10s, 3:500ms:exponential"""

SENSOR_USAGE = """\
%%sensor NAME             this cell is a sensor: it yields RunRequests, or returns them, a SkipReason or a SensorResult.
                          `context` is its SensorEvaluationContext; the last expression counts as returned.
  --job JOB               the job that it asks for
  --assets SELECTION      the assets that it asks for, in quotes where the selection has blanks
  --interval SECONDS      how long to wait from one evaluation to the next, at least
  --running               it runs before anybody has started it"""

OP_OPTIONS = ("--ins", "--outs", "--tags", "--retry")
SENSOR_OPTIONS = ("--job", "--assets", "--interval")
SENSOR_FLAGS = ("--running",)

_FIRST_LINE = re.compile(
    r"(?P<blank>(?:[ \t]*\n)*)%%(?P<name>op|sensor)(?![\w.])(?![ \t]*(?:\?|--help\b|-h\b))(?P<rest>[^\n]*)"
)
_STRINGS = {getattr(tokenize, name) for name in ("STRING", "FSTRING_MIDDLE") if hasattr(tokenize, name)}
_RETURNS = (ast.Return, ast.Yield, ast.YieldFrom)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def function_cell(source: str) -> tuple[str, str] | None:
    """The magic of a cell that is the body of a function, and the rest of its line; None for any other cell."""
    found = _FIRST_LINE.match(source.replace("\r\n", "\n"))
    return (found["name"], found["rest"].strip()) if found else None


def as_function(source: str) -> str:
    """The Python that such a cell stands for; its lines keep their numbers.

    Raises:
        InvalidDefinitionError: its first line cannot be read, or it does not say what it makes.
        SyntaxError: its code is none.

    Example:
        >>> print(as_function("%%op total --ins prices\\nresult = sum(prices)"))
        def total(prices):
            result = sum(prices)
            return result
        from daglab import op as _daglab_op; total = _daglab_op(name='total')(total)
    """
    source = source.replace("\r\n", "\n")
    found = _FIRST_LINE.match(source)
    assert found is not None
    above = found["blank"].count("\n") + 1
    body = "\n" * above + source[found.end() :].removeprefix("\n")
    if is_foreign(body):
        raise InvalidDefinitionError(f"%%{cell_magic(body)} is not Python, so the cell is no {found['name']}")
    python = to_python(body)
    if not ast.parse(python).body:
        raise InvalidDefinitionError(f"%%{found['name']}: the cell has no code")
    write = _op if found["name"] == "op" else _sensor
    return found["blank"] + write(found["rest"].strip(), python.removeprefix("\n" * above))


def _op(line: str, body: str) -> str:
    given = DirectiveArguments(line, magic="%%op", usage=OP_USAGE, options=OP_OPTIONS, flags=())
    ins, outs = given.words_of("--ins"), given.words_of("--outs")
    tags, retry = given.mapping("--tags", bool, "NAME=VALUE"), given.retry("--retry")
    for word in (*given.words, *ins, *outs):
        given.check(is_name(word), f"{word!r} cannot be the name of a variable")
    given.check(len(given.words) < 2, f"{given.words[1:2]} is one word too many: write %%op NAME")
    given.check("context" not in ins, "`context` is no input; read it, and it is there")
    given.raise_problems()
    names = analyze_cell(body)
    returns = _has_return(ast.parse(body))
    missing = [name for name in outs if name not in names.all_binds]
    if missing and not returns:
        raise InvalidDefinitionError(f"%%op: the cell does not bind {missing[0]!r}, which --outs names")
    made = outs or (() if returns else output_candidates(names))
    if len(made) > 1 and not outs:
        listed = ", ".join(made)
        raise InvalidDefinitionError(
            f"%%op: it may hand on any of {listed}; write --outs with one of them (or several)"
        )
    if not given.words and len(made) != 1:
        raise InvalidDefinitionError("%%op: it does not say what the op is called; write %%op NAME")
    name = given.words[0] if given.words else made[0]
    wants_context = "context" in (*names.reads, *names.deferred_reads)
    parameters = ", ".join((*(("context",) if wants_context else ()), *ins))
    if not returns:
        body = f"{body.rstrip()}\nreturn {', '.join(made)}" if made else _returning_last(body)
    arguments, imported = [f"name={name!r}"], "op as _daglab_op"
    if outs:
        arguments.append(f"out={{{', '.join(f'{one!r}: _daglab_Out()' for one in outs)}}}")
        imported += ", Out as _daglab_Out"
    if tags:
        arguments.append(f"tags={dict(tags)!r}")
    if retry:
        arguments.append(f"retry_policy={_written(retry)}")
        imported += ", RetryPolicy as _daglab_RetryPolicy, Backoff as _daglab_Backoff, Jitter as _daglab_Jitter"
    return _function(name, parameters, body, f"{imported}; {name} = _daglab_op({', '.join(arguments)})({name})")


def _sensor(line: str, body: str) -> str:
    given = DirectiveArguments(line, magic="%%sensor", usage=SENSOR_USAGE, options=SENSOR_OPTIONS, flags=SENSOR_FLAGS)
    job, assets, interval = given.text("--job"), given.text("--assets"), given.text("--interval")
    given.check(len(given.words) == 1, "it has one NAME: write %%sensor NAME")
    for word in given.words[:1]:
        given.check(is_name(word), f"{word!r} cannot be the name of a variable")
    given.check(job is None or assets is None, "it asks for a job or for assets: give --job or --assets, not both")
    is_whole = interval is None or (interval.isdecimal() and int(interval) > 0)
    given.check(is_whole, f"--interval takes whole seconds, from 1, not {interval!r}")
    given.raise_problems()
    [name] = given.words
    arguments, imported = [f"name={name!r}"], "sensor as _daglab_sensor"
    description = ast.get_docstring(ast.parse(body))
    if description:
        arguments.append(f"description={description!r}")
    if job:
        arguments.append(f"job_name={job!r}")
    if assets:
        arguments.append(f"target=_daglab_AssetSelection.from_string({assets!r})")
        imported += ", AssetSelection as _daglab_AssetSelection"
    if interval:
        arguments.append(f"minimum_interval_seconds={int(interval)}")
    if "--running" in given.flags:
        arguments.append("default_status=_daglab_DefaultSensorStatus.RUNNING")
        imported += ", DefaultSensorStatus as _daglab_DefaultSensorStatus"
    if not _has_return(ast.parse(body)):
        body = _returning_last(body)
    return _function(name, "context", body, f"{imported}; {name} = _daglab_sensor({', '.join(arguments)})({name})")


def _function(name: str, parameters: str, body: str, after: str) -> str:
    kind = "async def" if any(isinstance(node, ast.Await) for node in _own_nodes(ast.parse(body))) else "def"
    return f"{kind} {name}({parameters}):\n{_indented(body)}\nfrom daglab import {after}"


def _indented(body: str) -> str:
    """Moves code to the right, all but the inner lines of strings, which would become other strings."""
    inner: set[int] = set()
    starts: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(body).readline):
        if token.type in _STRINGS:
            inner.update(range(token.start[0] + 1, token.end[0] + 1))
        # From Python 3.12 an f-string is several tokens, and its inner lines may be in none of them.
        elif tokenize.tok_name[token.type] == "FSTRING_START":
            starts.append(token.start[0])
        elif tokenize.tok_name[token.type] == "FSTRING_END":
            inner.update(range(starts.pop() + 1, token.end[0] + 1))
    lines = body.rstrip("\n").split("\n")
    return "\n".join(
        line if number in inner or not line.strip() else f"    {line}" for number, line in enumerate(lines, start=1)
    )


def _returning_last(body: str) -> str:
    """Returns the value of the last expression, if the code ends with one."""
    last = ast.parse(body).body[-1]
    if not isinstance(last, ast.Expr):
        return body
    lines = body.split("\n")
    line = lines[last.lineno - 1].encode()
    lines[last.lineno - 1] = (line[: last.col_offset] + b"return " + line[last.col_offset :]).decode()
    return "\n".join(lines)


def _has_return(module: ast.Module) -> bool:
    return any(isinstance(node, _RETURNS) for node in _own_nodes(module))


def _own_nodes(module: ast.Module) -> Iterator[ast.AST]:
    """The nodes of the cell itself, those of functions in it left aside."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _SCOPES)]


def _written(policy: RetryPolicy) -> str:
    backoff = f"_daglab_Backoff.{policy.backoff.name}" if policy.backoff else None
    jitter = f"_daglab_Jitter.{policy.jitter.name}" if policy.jitter else None
    return f"_daglab_RetryPolicy({policy.max_retries}, {policy.delay}, {backoff}, {jitter})"
