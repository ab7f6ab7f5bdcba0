import csv
import sys
from pathlib import Path
from subprocess import run

import pytest

from core.corpora import paste, preview, read


def test_one_table_reads_alike_in_every_format() -> None:
    csv_ = b"text,label\none,a\ntwo,b\n"
    tsv = b"text\tlabel\none\ta\ntwo\tb\n"
    jsonl = b'{"text": "one", "label": "a"}\n{"text": "two", "label": "b"}\n'
    fingerprints = {
        read(name, data, text="text", label="label").corpus.fingerprint
        for name, data in (
            ("a.csv", csv_),
            ("b.tsv", tsv),
            ("c.jsonl", jsonl),
            ("d.csv", csv_.decode().encode("utf-16")),
        )
    }
    assert len(fingerprints) == 1
    assert paste("one\ntwo").corpus.texts_digest == read("a.csv", csv_).corpus.texts_digest


@pytest.mark.parametrize(("split", "rows"), [("train", 10_003), ("test", 3_080)])
def test_banking77_is_read_whole(shared: Path, split: str, rows: int) -> None:
    path = shared / "banking77" / f"{split}.csv"
    data = path.read_bytes()
    found = preview(path.name, data)
    assert (found.text, found.label, found.total) == ("text", "label", rows)
    reading = read(path.name, data, text=found.text, label=found.label)
    with path.open(encoding="utf-8", newline="") as file:
        expected = [row["text"].replace("\r\n", "\n").strip() for row in csv.DictReader(file)]
    assert list(reading.corpus.texts) == expected
    assert (reading.report.labels, reading.report.empty_dropped) == (77, 0)


@pytest.mark.parametrize("name", ["stsb/test.tsv", "tatoeba/deu-eng.tsv", "tatoeba/jpn-eng.tsv"])
def test_tsv_files_without_quoting_lose_no_row(shared: Path, name: str) -> None:
    data = (shared / name).read_bytes()
    assert preview(name, data).total == data.count(b"\n") - 1


def test_reading_needs_no_heavy_library() -> None:
    heavy = "{'torch', 'sklearn', 'pyarrow'}"
    code = f"import sys; from core import corpora; corpora.paste('a'); print(*{heavy} & {{*sys.modules}})"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == ""
