"""From a notebook to its assets: what each cell makes, what it needs, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from daglab.errors import CycleError, InvalidDefinitionError, suggest
from daglab.foundation.graphs import find_cycle
from daglab.notebooks.aliases import changes_of
from daglab.notebooks.analysis import (
    CellAsset,
    CellCheck,
    CellDefinitions,
    Finding,
    NotebookAnalysis,
    Severity,
)
from daglab.notebooks.directive import CheckDirective, misplaced_directive
from daglab.notebooks.document import Notebook
from daglab.notebooks.drafts import AssetDraft, draft_asset
from daglab.notebooks.known_keys import KeyNames, KnownKeys
from daglab.notebooks.magic_calls import captured_name
from daglab.notebooks.parsed import ParsedCell, parse_cells
from daglab.notebooks.python_definitions import definition_statements, function_asset_key, imported_names
from daglab.notebooks.schedule_line import CellSchedule
from daglab.notebooks.schedules import find_schedules
from daglab.notebooks.slicer import Slice, Slicer, function_asset
from daglab.notebooks.timeline import AssetOutput, PlainStatement, Timeline
from daglab.notebooks.verdict import verdict_of
from daglab.notebooks.work import describe_work


def slice_notebook(notebook: Notebook, known_keys: Iterable[str] | KeyNames = ()) -> NotebookAnalysis:
    """Finds the assets, checks and Python definitions of a notebook, each with the code that it needs.

    Nothing of the notebook is run, and nothing raises: what is wrong with a cell becomes a finding, and the rest
    stays usable.

    The rules for names:

    * A name that a cell reads means the nearest definition above, be it a statement of a plain cell or an asset
      cell. If there is none above, it means the asset of that name further down, then an asset of the workspace.
    * Of plain cells exactly the statements that are needed are taken, in document order: definitions, changes in
      place between a definition and its use, and all that these need in turn. After a definition that happens
      only perhaps (in a branch, a loop, a `try`), the ones before it are needed, too.
    * What a function body reads is looked up when it is called: by the cell that uses it, at its place in the
      document; if nothing stands above, then below.
    * Of an asset cell only the declared names are visible elsewhere.
    * Statements that change `sys.path` belong to every import below them. Bare calls that set the state of a
      module (`np.random.seed(1)`, `pd.set_option(...)`) belong to whatever needs that module.

    Args:
        notebook: what `read_notebook` gives.
        known_keys: keys of the assets that the rest of the workspace defines.
    """
    return _NotebookSlicing(notebook, known_keys).run()


class _NotebookSlicing:
    """One analysis of one notebook."""

    def __init__(self, notebook: Notebook, known_keys: Iterable[str] | KeyNames) -> None:
        self._notebook = notebook
        self._findings: list[Finding] = []
        self._told: set[tuple[int, str]] = set()
        self._cells = parse_cells(notebook)
        self._drafts = [draft_asset(each) for each in self._cells if each.role == "asset"]
        self._outputs = [
            AssetOutput(name=name, key=draft.directive.key_of(name), cell=draft.parsed)
            for draft in self._drafts
            for name in draft.names
        ]
        own_keys = {output.key for output in self._outputs}
        self._timeline = Timeline(self._cells, self._outputs)
        self._imported = imported_names(self._cells)
        keys = ((each.time, function_asset_key(each.node, self._imported)) for each in self._timeline.statements)
        self._function_assets = {time: key for time, key in keys if key is not None}
        elsewhere = known_keys if isinstance(known_keys, KeyNames) else KeyNames(known_keys)
        self._known_keys = KnownKeys(elsewhere, own=own_keys, functions=self._function_assets.values())

    def run(self) -> NotebookAnalysis:
        for parsed in self._cells:
            line = misplaced_directive(parsed.cell.source) if parsed.role == "plain" else None
            if line is not None:
                message = (
                    "%%asset and %%check must be the first line of their cell, written just so; here it does nothing"
                )
                self._tell("warning", message, parsed, line)
            if parsed.problem is not None and parsed.role != "asset":
                self._tell("error", parsed.problem, parsed, parsed.line)
        self._refuse_duplicates()
        for draft in self._drafts:
            self._slice_asset(draft)
        self._refuse_circles()
        checks = self._checks()
        definitions = tuple(self._python_definitions())
        schedules = self._schedules()
        for draft in self._drafts:
            if draft.message is not None:
                self._tell("error", draft.message, draft.parsed, draft.line)
        return NotebookAnalysis(
            notebook=self._notebook,
            assets=tuple(self._asset(draft) for draft in self._drafts if draft.message is None),
            checks=tuple(checks),
            python_definitions=definitions,
            schedules=schedules,
            findings=tuple(sorted(self._findings, key=lambda each: (each.cell or 0, each.line or 0))),
            refused=tuple(draft.refused() for draft in self._drafts if draft.message is not None),
            function_keys=tuple(dict.fromkeys(self._function_assets.values())),
            open_names=frozenset(self._known_keys.asked),
        )

    def _schedules(self) -> tuple[CellSchedule, ...]:
        made = [key for draft in self._drafts if draft.message is None for key in draft.keys]
        found = find_schedules(self._cells, self._notebook.path.stem, (*made, *self._function_assets.values()))
        for problem in found.problems:
            self._tell("error", problem.message, problem.parsed, problem.line)
        return found.schedules

    def _tell(self, severity: Severity, message: str, parsed: ParsedCell | None, line: int | None = None) -> None:
        self._tell_at(severity, message, parsed.cell.position if parsed else None, line)

    def _tell_at(self, severity: Severity, message: str, cell: int | None, line: int | None) -> None:
        if (cell or 0, message) not in self._told:
            self._told.add((cell or 0, message))
            self._findings.append(
                Finding(severity=severity, path=self._notebook.path, cell=cell, line=line, message=message)
            )

    # Assets

    def _refuse_duplicates(self) -> None:
        by_key: dict[str, list[AssetDraft]] = {}
        for draft in self._drafts:
            # Candidates of a cell that does not say what it makes claim nothing.
            if draft.message is None or draft.directive.names:
                for key in draft.keys:
                    by_key.setdefault(key, []).append(draft)
        for key, drafts in by_key.items():
            if len(drafts) > 1:
                places = " and ".join(str(draft.parsed.cell.position) for draft in drafts)
                for draft in drafts:
                    draft.message = draft.message or (
                        f"the asset {key!r} is made by cells {places}; rename one of them, or give it a --key-prefix"
                    )

    def _slice_asset(self, draft: AssetDraft) -> None:
        parsed, directive = draft.parsed, draft.directive
        try:
            draft.deps = tuple(self._key(text, parsed) for text in directive.deps)
            ins = {name: self._key(text, parsed) for name, text in directive.ins.items()}
        except InvalidDefinitionError as error:
            draft.message, draft.line = draft.message or str(error), draft.line or 1
        if draft.message is not None:
            return
        if parsed.names.dynamic and not directive.deps:
            draft.message = (
                f"{parsed.names.dynamic} hides which names it reads; say which assets it needs with --deps, "
                "or do without it"
            )
            return
        draft.slice = self._slicer(ins).of_cell(parsed)
        reason = self._troubles(draft.slice, parsed) or self._changed_input(parsed, draft.slice)
        draft.message, draft.line = reason or (None, None)
        if draft.message is None:
            own = set(draft.slice.inputs.values()) & set(draft.keys)
            if own:
                draft.message = f"it reads {min(own)!r}, the asset that it makes itself"
        self._remark(draft.slice)

    def _troubles(self, found: Slice, parsed: ParsedCell) -> tuple[str, int | None] | None:
        """Tells what a slice lacks; the reason to refuse its consumer and its line, if there is one."""
        fatal = [trouble for trouble in found.troubles if trouble.fatal]
        for trouble in found.troubles:
            if not trouble.fatal:
                self._tell_at("warning", trouble.message, trouble.cell, trouble.line)
        if not fatal:
            return None
        own = parsed.cell.position
        messages = dict.fromkeys(
            each.message if each.cell == own else f"cell {each.cell}, which it needs: {each.message}" for each in fatal
        )
        return "; ".join(messages), next((each.line for each in fatal if each.cell == own), None)

    def _changed_input(self, parsed: ParsedCell, found: Slice) -> tuple[str, int] | None:
        """An upstream value must stay what it is: others read the same one."""
        own = found.inputs_at.get(parsed.cell.position, set())
        upstream = {name for name in own if self._is_upstream(name, parsed)}
        for change in changes_of(upstream, parsed.names):
            name = change.name
            through = "" if change.alias == name else f", by the name {change.alias!r}"
            message = (
                f"it {change.verb} {name!r}, the value of the asset {found.inputs[name]!r}{through}; "
                f"work on a copy: {change.alias} = {name}.copy()"
            )
            return message, change.line
        return None

    def _is_upstream(self, name: str, parsed: ParsedCell) -> bool:
        meaning = self._timeline.before(name, parsed.order)
        is_function = function_asset(meaning, self._function_assets) is not None
        return meaning.asset is not None or is_function or not meaning.statements

    def _slicer(self, ins: Mapping[str, str]) -> Slicer:
        return Slicer(self._timeline, self._known_keys, ins, self._function_assets)

    def _remark(self, found: Slice) -> None:
        """Tells what is worth knowing about the plain statements that a slice has taken."""
        for statement in found.statements.values():
            position = statement.cell.cell.position
            for name in sorted(found.inputs_at.get(position, set()) & statement.names.reads):
                key, line = found.inputs[name], statement.node.lineno
                if name in statement.names.mutates:
                    message = f"a plain cell changes {name!r}, the value of the asset {key!r}, for every cell below it"
                    self._tell_at("warning", f"{message}; make a new asset of it", position, line)
                else:
                    message = f"a plain cell reads the asset {key!r}: what uses it depends on that asset"
                    self._tell_at("info", message, position, line)
            work = describe_work(statement.node)
            if work is not None:
                message = f"{work} runs again for every asset that needs it; make this cell an asset: %%asset"
                self._tell_at("warning", message, position, statement.node.lineno)
            captured = captured_name(statement.node)
            if captured is not None:
                message = (
                    f"%%capture {captured}: in a pipeline, output goes to the log of the run, and {captured!r} is empty"
                )
                self._tell_at("warning", message, position, statement.node.lineno)
            if statement.names.dynamic:
                message = f"{statement.names.dynamic} is run again for every asset that needs a name it may bind"
                self._tell_at("warning", message, position, statement.node.lineno)

    def _refuse_circles(self) -> None:
        well = {draft.keys[0]: draft for draft in self._drafts if draft.message is None}
        maker = {key: first for first, draft in well.items() for key in draft.keys}
        edges = {
            first: [maker[key] for key in (*draft.slice.inputs.values(), *draft.deps) if key in maker]
            for first, draft in well.items()
        }
        while circle := find_cycle(edges):
            error = CycleError(circle)
            for first in circle:
                well[first].message = f"{error.message}; {error.hint}"
                del edges[first]

    def _asset(self, draft: AssetDraft) -> CellAsset:
        inputs = dict(sorted(draft.slice.inputs.items()))
        for name in draft.directive.ins:
            if name not in draft.parsed.names.reads and not draft.parsed.names.dynamic:
                deferred = draft.parsed.names.deferred_reads | draft.parsed.names.weak_reads
                if name not in deferred:
                    self._tell("warning", f"--ins {name}=...: the cell does not read {name!r}", draft.parsed, 1)
        return CellAsset(
            names=draft.names,
            keys=draft.keys,
            cell=draft.parsed.cell,
            directive=draft.directive,
            description=draft.parsed.description,
            inputs=inputs,
            deps=tuple(dict.fromkeys(key for key in draft.deps if key not in inputs.values())),
            program=draft.slice.program(self._notebook.path, draft.names, draft.parsed),
            needs=draft.slice.needs,
        )

    def _key(self, text: str, parsed: ParsedCell) -> str:
        """The key that a directive means: an asset of this notebook, of the workspace, or one from outside."""
        found = self._find_key(text)
        if found is None:
            nearest = suggest(text, [output.key for output in self._outputs] + list(self._known_keys))
            if nearest:
                self._tell("warning", f"no asset {text!r} is known here; {nearest}", parsed, 1)
        return found or text

    def _find_key(self, text: str) -> str | None:
        own = dict.fromkeys(output.key for output in self._outputs if text in (output.key, output.name))
        candidates = [text] if text in own else list(own) or list(self._known_keys.named(text))
        if len(candidates) > 1:
            raise InvalidDefinitionError(
                f"{text!r} may be any of the assets {', '.join(sorted(candidates))}; write the whole key"
            )
        return candidates[0] if candidates else None

    # Checks

    def _checks(self) -> Iterable[CellCheck]:
        checks = [
            check
            for parsed in self._cells
            if parsed.role == "check" and parsed.problem is None and (check := self._check(parsed)) is not None
        ]
        by_name: dict[tuple[str, str], list[CellCheck]] = {}
        for check in checks:
            by_name.setdefault((check.asset_key, check.name), []).append(check)
        for (key, name), same in by_name.items():
            if len(same) > 1:
                places = " and ".join(str(check.cell.position) for check in same)
                message = f"the check {name!r} of {key!r} is made by cells {places}; name one: %%check {key} NAME"
                for check in same:
                    self._tell_at("error", message, check.cell.position, 1)
        return [same[0] for same in by_name.values() if len(same) == 1]

    def _check(self, parsed: ParsedCell) -> CellCheck | None:
        directive = parsed.directive
        assert isinstance(directive, CheckDirective)
        try:
            key = self._find_key(directive.asset)
        except InvalidDefinitionError as error:
            self._tell("error", str(error), parsed, 1)
            return None
        verdict = verdict_of(parsed.names.module)
        found = self._slicer({}).of_cell(parsed)
        problem, line = self._troubles(found, parsed) or self._changed_input(parsed, found) or (None, None)
        if key is None:
            known = [output.key for output in self._outputs] + list(self._known_keys)
            nearest = suggest(directive.asset, known) or "write the name of an asset of this notebook"
            problem = f"there is no asset {directive.asset!r} to check; {nearest}"
        elif verdict is None:
            problem = problem or (
                "it does not say whether the asset is well; end it with an expression that is true or false, "
                "or write an assert"
            )
        if key is None or verdict is None or problem is not None:
            self._tell("error", problem or "", parsed, line)
            return None
        self._remark(found)
        return CellCheck(
            asset_key=key,
            name=directive.name or "check",
            directive=directive,
            cell=parsed.cell,
            description=parsed.description,
            inputs=dict(sorted(found.inputs.items())),
            program=found.program(self._notebook.path, (), parsed),
            needs=found.needs,
            capture_last=verdict == "expression",
        )

    # Definitions in Python

    def _python_definitions(self) -> Iterable[CellDefinitions]:
        by_cell: dict[int, list[PlainStatement]] = {}
        for statement in self._timeline.statements if self._imported else ():
            if definition_statements(statement.node, self._imported):
                by_cell.setdefault(statement.cell.cell.position, []).append(statement)
        for statements in by_cell.values():
            parsed = statements[0].cell
            end = parsed.order + len(parsed.names.statements)
            found = self._slicer({}).of_statements(statements, end)
            problem, line = self._troubles(found, parsed) or (None, None)
            if problem is None and found.inputs:
                name, key = next(iter(found.inputs.items()))
                problem = f"it reads the asset {key!r} as a global; let the function take a parameter {name!r} instead"
            if problem is not None:
                self._tell("error", problem, parsed, line or statements[0].node.lineno)
                continue
            self._remark(found)
            names = tuple(sorted({name for each in statements for name in each.names.binds}))
            yield CellDefinitions(
                cell=parsed.cell,
                names=names,
                program=found.program(self._notebook.path, names, None),
                needs=found.needs,
            )
