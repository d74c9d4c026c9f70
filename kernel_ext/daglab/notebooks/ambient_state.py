"""State that cells share without a name for it: random generators, streams, files, the working folder, dynamic code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from daglab.notebooks.cell_graph import CellGraph
from daglab.notebooks.flow import root_name
from daglab.notebooks.magic_calls import captured_name
from daglab.notebooks.parsed import ParsedCell
from daglab.notebooks.timeline import PlainStatement
from daglab.notebooks.transform import is_foreign
from daglab.notebooks.work import describe_work

_SEEDS: Final = frozenset({"seed", "manual_seed", "set_seed", "set_random_seed", "seed_everything"})
_STREAMS: Final = frozenset(
    {"default_rng", "RandomState", "Random", "SystemRandom", "Generator", "reader", "DictReader", "scandir", "iterdir",
     "rglob", "finditer", "iterrows", "itertuples", "cursor", "connect", "create_engine", "Session", "StringIO",
     "BytesIO", "Queue", "TextFileReader"}
)  # fmt: skip
# As functions; `series.map(...)` and `text.count(...)` are something else.
_STREAM_FUNCTIONS: Final = frozenset(
    {"iter", "map", "filter", "zip", "enumerate", "reversed", "open", "count", "cycle", "chain", "islice", "tee",
     "product", "permutations", "combinations", "repeat", "accumulate", "starmap"}
)  # fmt: skip
# What draws from a global generator unless it is told which one to use.
_DRAWING_WORDS: Final = (
    "Forest", "Tree", "Boost", "KMeans", "SGD", "MLP", "Perceptron", "TSNE", "UMAP", "Mixture", "Shuffle", "Split",
    "KFold", "NMF", "PCA", "SVD", "Bagging", "Random", "Sampl", "Dense", "Conv", "Embedding", "Sequential",
)  # fmt: skip
_DRAWING_EXACTLY: Final = frozenset(
    {"sample", "shuffle", "train_test_split", "resample", "permutation", "bootstrap", "choice", "choices", "randint",
     "randn", "rand", "random_split", "fit_resample", "cross_val_score", "cross_validate", "permutation_importance",
     "randperm", "normal", "uniform"}
)  # fmt: skip
_WRITERS: Final = ("to_", "save", "dump", "write", "mkdir", "makedirs", "touch", "unlink", "remove", "rename", "copy2",
                   "copyfile", "copytree", "rmtree", "urlretrieve", "extractall", "download")  # fmt: skip
_WRITE_NOTHING: Final = frozenset(
    {"to_numpy", "to_list", "to_dict", "to_datetime", "to_numeric", "to_frame", "to_timedelta", "to_period",
     "to_timestamp", "to_records", "to_string", "to_series", "to_html", "to_markdown", "to_array", "to_dense",
     "to_tensor", "to_categorical", "dumps"}
)  # fmt: skip
_PLACES: Final = frozenset({"chdir", "load_dotenv", "putenv", "fchdir"})
_ASKING: Final = frozenset({"input", "getpass"})
# Builtins that a star import is not expected to replace.
_KEPT_BUILTINS: Final = frozenset(
    {"print", "display", "range", "len", "list", "dict", "tuple", "str", "isinstance", "enumerate", "zip", "sorted",
     "set", "type", "super", "True", "False", "None", "repr", "hasattr", "getattr", "get_ipython", "Exception",
     "ValueError", "KeyError", "TypeError", "object", "property", "staticmethod", "classmethod", "__name__"}
)  # fmt: skip


def order_effects(graph: CellGraph) -> Mapping[int, str]:
    """Cells whose values may differ if only what their names need is run before them, each with the reason."""
    found: dict[int, str] = {}
    for position, reason in (
        *_after_dynamic(graph),
        *_after_star_imports(graph),
        *_asking(graph),
        *_readers_of_captured_output(graph),
        *_later_draws(graph),
        *_later_readers_of_streams(graph),
        *_readers_of_files(graph),
    ):
        found.setdefault(position, reason)
    return found


def stream_statements(graph: CellGraph) -> frozenset[int]:
    """The times of statements that bind what is used up by being read, or stands for something outside."""
    streams: set[str] = set()
    times: set[int] = set()
    for statement in graph.timeline.statements:
        names = statement.names
        found = any(_is_stream(each, streams) for each in _values_in(statement.node))
        streams -= names.binds
        if found:
            times.add(statement.time)
            streams |= names.all_binds
    return frozenset(times)


def _values_in(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions whose values a statement binds, or puts into something; what calls are given is none."""
    stack = [each.value for each in ast.walk(node) if isinstance(each, _BINDING) and each.value is not None]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, (ast.Call, ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)):
            stack += [each for each in ast.iter_child_nodes(current) if isinstance(each, ast.expr)]


def _is_stream(value: ast.AST, streams: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in streams
    if not isinstance(value, ast.Call):
        return isinstance(value, ast.GeneratorExp)
    is_function = isinstance(value.func, ast.Name) or root_name(value.func) == "itertools"
    return _called(value) in _STREAMS or (is_function and _called(value) in _STREAM_FUNCTIONS)


def _after_dynamic(graph: CellGraph) -> Iterator[tuple[int, str]]:
    dynamic: PlainStatement | None = None
    for statement in graph.timeline.statements:
        if dynamic is None and statement.names.dynamic:
            dynamic = statement
        if dynamic is not None:
            there = dynamic.cell.cell.position
            yield statement.cell.cell.position, f"{dynamic.names.dynamic} in cell {there} may bind or change any name"


def _after_star_imports(graph: CellGraph) -> Iterator[tuple[int, str]]:
    above: set[str] = set()
    bound: set[str] = set()
    star: PlainStatement | None = None
    for statement in graph.timeline.statements:
        names = statement.names
        if star is not None:
            above -= names.binds
            unsure = (names.reads | names.deferred_reads) & (above | (_builtins() - bound))
            if unsure:
                module = star.names.star_imports[0]
                yield (
                    statement.cell.cell.position,
                    f"from {module} import * in cell {star.cell.cell.position} may replace {min(unsure)!r}",
                )
        bound |= names.binds
        if names.star_imports:
            star, above = statement, set(bound)


def _builtins() -> frozenset[str]:
    import builtins

    return frozenset(dir(builtins)) - _KEPT_BUILTINS


def _readers_of_captured_output(graph: CellGraph) -> Iterator[tuple[int, str]]:
    captured = {
        (statement.cell.cell.position, name)
        for statement in graph.timeline.statements
        if (name := captured_name(statement.node)) is not None
    }
    for edge in graph.edges if captured else ():
        for name in edge.names:
            if (edge.source, name) in captured:
                yield (
                    edge.target,
                    f"it reads {name!r}, what cell {edge.source} prints, which a pipeline does not keep",
                )


def _asking(graph: CellGraph) -> Iterator[tuple[int, str]]:
    for statement in graph.timeline.statements:
        for call in _calls(statement.node):
            if _called(call) in _ASKING:
                yield statement.cell.cell.position, f"{_called(call)}() waits for somebody to answer"


def _later_draws(graph: CellGraph) -> Iterator[tuple[int, str]]:
    """After a seed, only the first cell that draws, and does so by the seeded module, gets the same numbers."""
    seeded: dict[str, int] = {}
    drawn: int | None = None
    functions: dict[str, list[tuple[str, str | None]]] = {}
    for statement in graph.timeline.statements:
        here = statement.cell.cell.position
        draws = list(_draws(statement.node))
        if statement.names.is_definition:
            functions.update({name: draws for name in statement.names.binds if draws})
            continue
        for name in statement.names.reads | statement.names.deferred_reads:
            draws += functions.get(name, [])
        for call in _calls(statement.node):
            if _called(call) in _SEEDS:
                seeded[root_name(call.func) or ""] = here
                drawn, draws = None, [each for each in draws if each[0] not in _SEEDS]
        if not draws or not seeded:
            continue
        first, root = draws[0]
        if drawn not in (None, here):
            yield here, f"{first}() draws from a generator that cell {drawn} has drawn from before it"
        elif root not in seeded:
            there = next(iter(seeded.values()))
            yield here, f"{first}() may draw from the generator that cell {there} seeds; pass it random_state="
        drawn = here if drawn is None else drawn


def _draws(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    for call in _calls(node):
        name = _called(call)
        told = {keyword.arg for keyword in call.keywords} & {"random_state", "seed", "generator", "rng", "key"}
        path = _path(call.func)
        explicit = "random" in path[:-1] or (path[:1] == ["torch"] and name.startswith("rand"))
        if name in _SEEDS or name in _STREAMS or told:
            continue
        if explicit or name in _DRAWING_EXACTLY or (name[:1].isupper() and any(one in name for one in _DRAWING_WORDS)):
            yield name, path[0] if explicit else None


_BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)


def _later_readers_of_streams(graph: CellGraph) -> Iterator[tuple[int, str]]:
    made = stream_statements(graph)
    streams: dict[str, int | None] = {}
    for statement in graph.timeline.statements:
        here = statement.cell.cell.position
        for name in (statement.names.reads | statement.names.deferred_reads) & streams.keys():
            first = streams[name]
            if first not in (None, here):
                yield here, f"{name!r} is used up as it is read, and cell {first} reads it before"
            streams[name] = here if first is None else first
        for name in statement.names.all_binds:
            streams.pop(name, None)
            if statement.time in made:
                streams[name] = None


def _readers_of_files(graph: CellGraph) -> Iterator[tuple[int, str]]:
    """A file that a cell has written is no name that another one reads."""
    writers: list[tuple[int, frozenset[str] | None, str]] = []
    place: str | None = None
    by_time = {parsed.cell.position: parsed for parsed in graph.cells}
    statements: dict[int, list[PlainStatement]] = {}
    for statement in graph.timeline.statements:
        statements.setdefault(statement.cell.cell.position, []).append(statement)
    for position, parsed in sorted(by_time.items()):
        for statement in statements.get(position, ()):
            reads = describe_work(statement.node)
            if reads is not None and reads.endswith("()"):
                words = _words(statement.node)
                for there, written, how in writers:
                    if there != position and (written is None or not words or written & words):
                        yield position, f"{reads} may read a file that {how} in cell {there} writes"
                if place is not None:
                    yield position, f"{reads} depends on {place}"
            for call in _calls(statement.node):
                name = _called(call)
                if _writes(call, name):
                    writers.append((position, _words(statement.node), f"{name}()"))
                if name in _PLACES:
                    place = f"{name}() in cell {position}"
        if _runs_programs(parsed):
            writers.append((position, None, "a program that runs"))
            if "%cd" in parsed.cell.source:
                place = f"%cd in cell {position}"


def _writes(call: ast.Call, name: str) -> bool:
    if name == "open":
        modes = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
        return any(not isinstance(mode, ast.Constant) or set("wax+") & set(str(mode.value)) for mode in modes)
    return name.startswith(_WRITERS) and name not in _WRITE_NOTHING


def _runs_programs(parsed: ParsedCell) -> bool:
    if is_foreign(parsed.cell.source):
        return True
    return "get_ipython().system(" in parsed.python or "getoutput(" in parsed.python or "'cd'" in parsed.python


def _words(node: ast.AST) -> frozenset[str]:
    """The texts and names of a statement, by which two of them may mean the same file."""
    words: set[str] = set()
    for call in _calls(node):
        for argument in (*call.args, *(keyword.value for keyword in call.keywords), call.func):
            for each in ast.walk(argument):
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and len(each.value) > 2:
                    words.add(each.value.rpartition("/")[2])
                elif isinstance(each, ast.Name):
                    words.add(each.id)
    return frozenset(words - {"pd", "np", "os", "json", "pickle", "open", "Path", "joblib"})


def _calls(node: ast.AST) -> list[ast.Call]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Call)]


def _path(function: ast.expr) -> list[str]:
    parts: list[str] = []
    while isinstance(function, ast.Attribute):
        parts.append(function.attr)
        function = function.value
    parts += [function.id] if isinstance(function, ast.Name) else []
    return parts[::-1]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
