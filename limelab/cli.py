"""The commands: files, arguments and printing; no numbers are made here, heavy rooms load late."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from limelab.types import BadInput, EngineError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Judge whether explanations of machine-learning models can be trusted.",
)
store_app = typer.Typer(no_args_is_help=True, help="Look at, check and copy what a run has kept.")
app.add_typer(store_app, name="store")

Out = Annotated[Path, typer.Option("--out", help="Folder of the results.", metavar="DIR")]
Dask = Annotated[
    str, typer.Option("--dask", metavar="ADDRESS", help="Of a Dask scheduler, or 'local'.")
]
Memory = Annotated[str, typer.Option("--memory", help="What each worker may take.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", help="Seconds that one block may take.")
]
Kept = Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Of kept results.")]
Where = Annotated[Path, typer.Option("--studies", metavar="FOLDER", help="Of the studies.")]
OUT = Path("results")
STUDIES = Path("experiments")
PAPER = Path("paper")
KEPT = PAPER / "results"
PDF = PAPER / "paper.pdf"


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"limelab {version('limelab')}")
        raise typer.Exit


@app.callback()
def _before(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Judge whether explanations of machine-learning models can be trusted."""


@app.command()
def run(
    studies: Annotated[
        list[Path] | None,
        typer.Argument(
            help=f"Study files or folders; every study of {STUDIES} unless said.",
            show_default=False,
        ),
    ] = None,
    out: Out = OUT,
    jobs: Annotated[int, typer.Option("--jobs", help="Workers; -1 is every core.")] = -1,
    repeats: Annotated[
        int | None, typer.Option("--repeats", help="Instead of the study's own.", min=1)
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Instead of the study's own.", min=0)
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="A small run to see that all works, without verdicts."),
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="A large run that takes the time that it needs.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print blocks, queries, time, memory; run a trial only.")
    ] = False,
    dask: Dask = "",
    memory: Memory = "1G",
    timeout: Timeout = None,
    stall: Annotated[
        float, typer.Option("--stall", help="Seconds without any block that ends.")
    ] = 600.0,
    log: Annotated[bool, typer.Option("--log", help="Plain progress lines.")] = False,
) -> None:
    """Run studies: what the folder holds already is reused."""
    from limelab.study.loading import find_studies
    from limelab.study.run import How

    with _errors():
        patience = {"timeout": timeout, "stall": stall}
        how = How.said(jobs, "loky", dask=dask, memory=memory, **patience)
        if quick and full:
            raise BadInput("both --quick and --full came; expected one of them, or neither")
        chosen = find_studies(list(studies or [STUDIES]))
        sized = {stem: study.full() if full else study for stem, study in chosen.items()}
        changes = {"repeats": repeats, "seed": seed}
        loaded = {stem: _changed(study, changes) for stem, study in sized.items()}
        if plan:
            for stem, study in loaded.items():
                _print_plan(stem, study.quick() if quick else study, out, how)
            return
        failed = [
            _run_one(stem, study, out, how, log=log, quick=quick) for stem, study in loaded.items()
        ]
        page = _write_report(out)
        typer.echo(f"report: {page}")
    if any(failed):
        raise typer.Exit(1)


@app.command()
def report(out: Out = OUT) -> None:
    """Write the HTML page of all results in the folder."""
    with _errors():
        typer.echo(f"report: {_write_report(out)}")


@app.command()
def paper(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=f"Of results; {KEPT}, or {OUT} with --quick."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Take quick runs as well; every page says so.")
    ] = False,
    pdf: Annotated[Path, typer.Option("--pdf", metavar="FILE", help="To write.")] = PDF,
) -> None:
    """Build the paper from stored results; what is missing is said to be missing."""
    from limelab.paper import write_paper

    with _errors():
        held = write_paper(PAPER, out or (OUT if quick else KEPT), pdf, quick=quick)
    for kept in held.values():
        if kept.reason:
            typer.echo(f"missing: {kept.stem}: {kept.reason}")
    typer.echo(f"paper: {pdf}")


@app.command()
def new(stem: Annotated[str, typer.Argument(help="Name of the study, and of its file.")]) -> None:
    """Write a commented study to start from, into ./experiments where there is one."""
    from limelab.study.starting import new_study

    with _errors():
        path = new_study(stem, STUDIES if STUDIES.is_dir() else Path())
    typer.echo(f"{path}: edit it, then `limelab test {path}` and `limelab run {path}`")


@app.command(name="test")
def try_out(
    studies: Annotated[list[Path], typer.Argument(help="Study files or folders.")],
    memory: Memory = "1G",
    timeout: Timeout = None,
) -> None:
    """Try studies on two rows of every task, in one process and in two workers; keep nothing."""
    from limelab.study.loading import find_studies
    from limelab.study.run import How

    with _errors():
        how = How.said(1, "loky", dask="", memory=memory, timeout=timeout, stall=600.0)
        fine = [_try_one(stem, study, how) for stem, study in find_studies(studies).items()]
    if not all(fine):
        raise typer.Exit(1)


@app.command()
def check(
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE:NAME",
            help="A function without arguments that returns an explainer, or an explainer.",
        ),
    ],
    rows: Annotated[
        str, typer.Option("--rows", help="What it explains: rows of 'tables', or 'texts'.")
    ] = "tables",
    level: Annotated[
        list[str] | None,
        typer.Option("--level", help="contract, axiom or stability, several times; all of them."),
    ] = None,
    examples: Annotated[
        int | None,
        typer.Option("--examples", help="Generated cases of each exact check.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    expected: Annotated[
        Path | None,
        typer.Option("--expected", metavar="FILE", help='JSON: {"check_name": "why it fails"}.'),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the verdicts as a page.")
    ] = None,
    unstable: Annotated[
        str,
        typer.Option("--unstable", metavar="DATA", help="Look for its least stable row as well."),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", help="Of --unstable: a name that `limelab list` knows.")
    ] = "forest",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Of --unstable: keep the row and its picture."),
    ] = None,
) -> None:
    """Run the property checks on somebody's explainer; exit status 1 on unexpected failures.

    The module is imported, which runs its code; the current folder is looked at first.
    """
    from limelab.checks import shell

    with _errors():
        explainer, known = shell.explainer_from(target), shell.expected_from(expected)
        task = shell.task_from(unstable, model)
        told = shell.verdicts(
            explainer, level or (), rows, expected=known, n_examples=examples, seed=seed
        )
        typer.echo(str(told))
        for failure in told.failed:
            typer.echo(f"\n{failure.check}: {failure.reason}\n{failure.example}".rstrip(), err=True)
        if html is not None:
            shell.write_page(told, html)
            typer.echo(f"page: {html}")
        if task is not None:
            found = shell.search(explainer, task, n_examples=examples, seed=seed)
            typer.echo(found.sentence)
            if out is not None:
                typer.echo("kept: " + ", ".join(map(str, shell.keep(found, out))))
    if not told.ok:
        raise typer.Exit(1)


@app.command()
def audit(
    model: Annotated[
        str,
        typer.Option(
            "--model", metavar="FILE|MODULE:NAME", help="A joblib file, or an importable model."
        ),
    ],
    data: Annotated[Path, typer.Option("--data", help="CSV or Parquet: background and rows.")],
    trust_model_file: Annotated[
        bool,
        typer.Option("--trust-model-file", help="Open it, which runs whatever code is in it."),
    ] = False,
    target: Annotated[
        str | None, typer.Option("--target", metavar="COLUMN", help="Of --data: no feature.")
    ] = None,
    rows: Annotated[
        str, typer.Option("--rows", help="Positions to explain, as 0:20 or 0,3,9.")
    ] = "0:20",
    missing: Annotated[
        str, typer.Option("--missing", help="'refuse' missing values, or 'drop' their rows.")
    ] = "refuse",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the verdicts.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Exit status 1 on any 'reject', or any 'caution'.")
    ] = "",
    repeats: Annotated[int, typer.Option("--repeats", help="Of each explanation.", min=5)] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
) -> None:
    """Judge the explanations of a model of your own: trust, caution or reject, and why.

    An importable model runs the code of its module; the current folder is looked at first.
    """
    from limelab.auditing import loading, shell

    with _errors(stopped="nothing is kept of an audit that has not ended"):
        shell.check_words(fail_on, missing)
        shell.check_folders(html, csv)
        found: Any
        if loading.is_file(model):
            loading.must_be_trusted(model, trusted=trust_model_file)
            found = _opened(model)
        else:
            found = loading.model_from(model)
        table = loading.data_from(data, target, rows, missing, found)
        told = shell.audited(
            found, table, repeats=repeats, seed=seed, say=lambda line: typer.echo(line, err=True)
        )
        for line in shell.lines(told):
            typer.echo(line)
        for path in shell.written(told, html, csv):
            typer.echo(f"written: {path}")
    if shell.fails(told, fail_on):
        raise typer.Exit(1)


@app.command(name="list")
def list_(
    studies: Annotated[
        list[Path] | None, typer.Argument(help="Study files or folders.", show_default=False)
    ] = None,
) -> None:
    """List the studies, the data, and the models that there are."""
    from limelab import datasets, models
    from limelab.study.loading import find_studies

    with _errors():
        found = find_studies(list(studies or [STUDIES])) if studies or STUDIES.is_dir() else {}
    typer.echo("studies" if found else f"studies: none ({STUDIES} is no folder here)")
    for stem, study in found.items():
        size = f"{len(study.tasks)} tasks, {len(study.conditions)} conditions"
        typer.echo(f"  {stem}: {study.question} ({size})")
    typer.echo("tables\n  " + ", ".join(datasets.names()))
    typer.echo("texts\n  " + ", ".join(datasets.text_names()))
    typer.echo("pictures\n  " + ", ".join(datasets.image_names()))
    typer.echo("models\n  " + ", ".join(repr(recipe) for recipe in models.all_recipes()))


@store_app.command()
def show(out: Out = OUT) -> None:
    """Count the finished and failed blocks by kind."""
    from limelab.study.export import overview
    from limelab.study.store import Store

    with _errors(), Store.read(out) as store:
        found = overview(store)
        typer.echo(found.to_string(index=False) if len(found) else f"{out}: no blocks yet")


@store_app.command()
def verify(out: Out = OUT) -> None:
    """Check every stored array; exit status 1 if any is damaged."""
    from limelab.study.store import Store

    with _errors(), Store.read(out) as store:
        damaged = store.verify()
    for entry in damaged:
        typer.echo(f"{entry.file}: {entry.reason} ({entry.kind} {dict(entry.label)})")
    typer.echo(f"{len(damaged)} damaged")
    if damaged:
        raise typer.Exit(1)


@store_app.command()
def repair(out: Out = OUT) -> None:
    """Save what is whole in a damaged store.sqlite; what is lost is made by the next run."""
    from limelab.study.repairing import repair as repaired

    with _errors():
        found = repaired(out)
    if found is None:
        typer.echo(f"{out / 'store.sqlite'} is whole: nothing was changed")
        return
    typer.echo(f"saved: {_counts(found.rows)}")
    typer.echo(f"lost: blocks of {found.nameless} array files, or more, which a run makes again")
    typer.echo("claims that are new from now on count as post hoc: a study with data may be lost")
    typer.echo(f"the damaged file is kept in {found.kept}")


@store_app.command()
def export(
    out: Out = OUT,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="DIR/export unless said.")
    ] = None,
) -> None:
    """Write what is known of blocks, failures and claims as CSV files."""
    from limelab.study.export import export_store

    with _errors():
        for path in export_store(out, out / "export" if to is None else to):
            typer.echo(str(path))


@store_app.command()
def prune(
    out: Out = OUT,
    keep: Annotated[
        list[Path] | None,
        typer.Option("--keep", metavar="STUDY", help="Keep no blocks but those of these studies."),
    ] = None,
    memory: Memory = "1G",
) -> None:
    """Remove leftovers and damaged blocks and, with --keep, blocks that these studies do not use.

    Studies must be as they were run: --repeats and --quick make other blocks.
    """
    from limelab.study.loading import find_studies
    from limelab.study.memory import budget, said
    from limelab.study.merging import prune as pruned
    from limelab.study.run import needed
    from limelab.study.store import Store

    with _errors():
        Store.read(out).close()  # a folder that is no store is not made one
        studies = find_studies(keep) if keep else {}
        with Store.open(out) as store:
            keys = needed(store, studies.values(), budget(memory)) if keep else None
            found = pruned(store, keys)
    blocks = ", ".join(f"{kind} {n}" for kind, n in sorted(found.blocks.items())) or "none"
    typer.echo(f"removed blocks: {blocks}; files: {found.files}; freed {said(found.size)}")


@store_app.command()
def merge(
    others: Annotated[list[Path], typer.Argument(help="Folders of results of other machines.")],
    out: Out = OUT,
) -> None:
    """Take over the blocks, failures and claims of other stores; exit status 1 if any is damaged.

    Tables are written by the next `limelab run`, which then finds all of it done.
    """
    from limelab.study.merging import merge as merged
    from limelab.study.store import Store

    damaged = 0
    with _errors():
        for other in others:
            Store.read(other).close()
        with Store.open(out) as store:
            for other in others:
                found = merged(store, other)
                typer.echo(f"{other}: {found.taken} blocks taken, {found.held} held already")
                for entry in found.differ:
                    label = dict(entry.label)
                    typer.echo(f"  differs, ours stays: {entry.kind} {label}", err=True)
                for damage in found.damaged:
                    typer.echo(f"  left out: {damage.file}: {damage.reason}", err=True)
                damaged += len(found.damaged)
    if damaged:
        raise typer.Exit(1)


@store_app.command()
def publish(out: Out = OUT, to: Kept = KEPT, studies: Where = STUDIES) -> None:
    """Copy verdicts, medians and manifests (small) to be kept with the code, and list them."""
    from limelab.report.publishing import publish as published

    with _errors():
        for one in published(out, to):
            typer.echo(one.sentence)
    readme(to, studies)


@store_app.command()
def readme(to: Kept = KEPT, studies: Where = STUDIES) -> None:
    """Write the table of studies, with their verdicts and remedies, beside them."""
    from limelab.report.overview import write_overview
    from limelab.study.loading import find_studies

    with _errors():
        typer.echo(f"table: {write_overview(find_studies([studies]), to, studies)}")


def main() -> None:
    """The entry point of the shell command."""
    app()


def _opened(path: str) -> Any:
    """A model file, opened because the user trusts it."""
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadInput(f"{path} cannot be opened ({said}); expected a joblib file") from error


def _run_one(stem: str, study: Any, out: Path, how: Any, *, log: bool, quick: bool) -> bool:
    """Run a study, say what it did, and tell whether anything failed."""
    from limelab.study.failing import failed_lines
    from limelab.study.progress import Log, watch
    from limelab.study.run import run_study
    from limelab.study.running import called
    from limelab.study.tiers import after

    budget = _print_budget(stem, study.quick() if quick else study, out, how)
    progress = Log() if log else watch()
    results = run_study(study, out, how=how, stem=stem, quick=quick, progress=progress)
    told = results.manifest
    blocks = told["blocks"]
    if told["interrupted"]:
        typer.echo(
            f"  the run before died while it did {called(told['interrupted'])}: "
            "blocks were done in a process of their own"
        )
    typer.echo(
        f"  blocks: {blocks['total']}, of them {blocks['reused']} reused, {blocks['made']} made"
    )
    typer.echo(f"  queries: {_counts(told['queries'])}; asked now: {_counts(told['queries_now'])}")
    for statement, rows in results.claims.groupby("statement", sort=False):
        typer.echo("\n    ".join([f"  {statement}", *rows["sentence"]]))
    declines = ["nothing to do"] if told["unchanged"] else _declines(results)
    for line in declines:
        typer.echo(f"  {line}")
    for line in failed_lines(told["failures"]):
        typer.echo(f"  {line}", err=True)
    typer.echo(f"  tables: {results.folder} ({after(budget, told['seconds'])})")
    return bool(told["failures"])


def _declines(results: Any) -> list[str]:
    from limelab.study.declining import declined, sentences

    return list(sentences(declined(results.folder), results.folder))


def _print_budget(stem: str, study: Any, out: Path, how: Any) -> float | None:
    """Say what a study asks and what time it may take; return the minutes."""
    from limelab.study.pools import count
    from limelab.study.tiers import before, estimated

    estimate = estimated([out / stem, KEPT / stem], study.tier, count(how.n_jobs))
    typer.echo(f"{stem}: {study.question}\n  time: {before(study.budget, estimate)}")
    budget: float | None = study.budget
    return budget


def _try_one(stem: str, study: Any, how: Any) -> bool:
    """Try a study, say what there was, and tell whether all was well."""
    from limelab.study.progress import watch
    from limelab.study.starting import try_study

    found = try_study(study, how, watch())
    for reason in found.declined:
        typer.echo(f"  declined: {reason}")
    for failure in found.failures:
        typer.echo(f"  failed: {failure}", err=True)
    if not found.same:
        typer.echo("  two workers wrote other tables than one: a part keeps a state", err=True)
    fine = found.same and not found.failures
    typer.echo(f"{stem}: {'fine' if fine else 'not fine'} ({found.seconds:.1f} s)")
    return fine


def _print_plan(stem: str, study: Any, out: Path, how: Any) -> None:
    from limelab.study.expecting import PROBES, probe_queries
    from limelab.study.forecast import forecast
    from limelab.study.memory import said
    from limelab.study.plan import make_plan
    from limelab.study.store import Store

    planned = make_plan(study, how.memory)
    keys = {block.key for block in planned.asking()}
    probes = probe_queries(study, planned)
    held, answered = set(), set()
    if (out / "store.sqlite").exists():
        with Store.read(out) as store:
            held, answered = store.has(keys), store.has(probes)
    queries = planned.queries(held)
    more = sum(n for key, n in probes.items() if key not in answered)
    queries |= {PROBES: more} if more else {}
    typer.echo(
        f"{stem}: {len(keys)} blocks that ask, of them {len(held)} held; "
        f"to ask: {_counts(queries)} (and a few probes a model{_uncounted(planned)})"
    )
    found = forecast(planned, held)
    kinds = ", ".join(f"{kind} {n} ({done} held)" for kind, (n, done) in found.blocks.items())
    typer.echo(f"  blocks: {kinds}; and a scoring block a sampler and chunk of rows")
    typer.echo(
        f"  memory: at most {said(found.memory)} a worker; the rows of a task in {found.chunks} "
        f"{'chunk' if found.chunks == 1 else 'chunks'}"
    )
    if found.queries:
        _print_trial(planned, held, how)
    else:
        typer.echo("  time: no trial, as nothing is left to ask")


def _print_trial(planned: Any, held: set[str], how: Any) -> None:
    from limelab.study.forecast import timed
    from limelab.study.pools import count
    from limelab.study.progress import clock

    typer.echo("  trial: two rows and two repeats of every task, which are thrown away ...")
    trial, workers = timed(planned, held, how), count(how.n_jobs)
    typer.echo(f"  trial: asked {_counts(trial.asked)}, which are not counted above")
    for failure in trial.failures:
        typer.echo(f"  trial failed, and its time is left out: {failure}", err=True)
    typer.echo(
        f"  time: about {clock(trial.seconds)} of one worker, "
        f"{clock(trial.seconds / workers)} of {workers}"
    )


def _uncounted(planned: Any) -> str:
    """What else will ask, and does not say beforehand how much."""
    kinds = {block.spec.kind for block in planned.asking()}
    names = {"explainer": "explainers of another make", "measure": "measures"}
    told = [said for kind, said in names.items() if kind in kinds]
    return f"; {' and '.join(told)} ask more, which they alone know" if told else ""


def _counts(queries: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in queries.items()) or "none"


def _changed(study: Any, changes: Mapping[str, Any]) -> Any:
    from dataclasses import replace

    given = {name: value for name, value in changes.items() if value is not None}
    return replace(study, **given) if given else study


def _write_report(out: Path) -> Path:
    from limelab.report.page import write_report
    from limelab.report.publishing import UNFINISHED, unfinished

    page = write_report(out)
    for folder in unfinished(out):
        typer.echo(f"not in the report: {folder}: {UNFINISHED}", err=True)
    return page


@contextmanager
def _errors(
    stopped: str = "what is done is kept, the same command goes on",
) -> Iterator[None]:
    """Bad input is one line and exit status 2; Ctrl-C says what is left, most often all."""
    try:
        yield
    except BadInput as error:
        typer.echo(f"limelab: {' '.join(str(error).split())}", err=True)
        raise typer.Exit(2) from None
    except EngineError as error:
        typer.echo(f"limelab: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(f"limelab: stopped; {stopped}", err=True)
        raise typer.Exit(130) from None
    except BrokenPipeError:
        sys.exit(0)
