"""Texts and models come in: every kind of file, every refusal in a sentence, nothing lost that was open."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, no_error, paste, query, settled, use

pytestmark = pytest.mark.browser


def static_model(folder: Path) -> None:
    """A static model of a few words and 8 dimensions."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: number for number, word in enumerate(["[UNK]", "the", "is", "a", "on", "of", "to"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    vectors = np.random.default_rng(0).normal(size=(len(words), 8)).astype(np.float32)
    StaticModel(vectors, tokenizer).save_pretrained(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here, with low limits, one open folder and no model hub."""
    home = tmp_path_factory.mktemp("home")
    (home / "open").mkdir()
    static_model(home / "open" / "few-words")
    limits = {
        "VECASSAY_MAX_ROWS": "100",
        "VECASSAY_MAX_FILE_BYTES": "50000",
        "VECASSAY_MAX_TEXT_CHARS": "1000",
        "VECASSAY_FOLDERS": str(home / "open"),
        "HF_HOME": str(home / "hub"),
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    running = Server(home, limits)
    running.start()
    yield running
    running.stop()


def opened(page: Page, server: Server, button: str = "") -> Locator:
    """The first page with one model; and its dialog that this button opens."""
    page.goto(f"{server.url}/?models=lsa")
    expect(page.get_by_text("of these texts embedded")).to_be_visible()
    settled(page)
    if button:
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()
    return page.get_by_role("dialog")


def file_tab(page: Page, server: Server) -> tuple[Locator, Locator]:
    dialog = opened(page, server, "Add texts")
    dialog.get_by_role("tab", name="File").click()
    return dialog, dialog.locator("input[type=file]")


def put(chooser: Locator, name: str, content: bytes) -> None:
    chooser.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def parquet(path: Path) -> bytes:
    pq.write_table(pa.table({"text": ["ein Text", "zwei Texte"], "vector": [[1.0], [2.0]]}), path)
    return path.read_bytes()


UMLAUTS = "text,label\nZürich ist schön,a\nGenf à côté,b\n"
LINES = "".join(json.dumps({"n": i, "body": f"line {i}", "topic": "ab"[i % 2]}) + "\n" for i in range(9))
READ = {
    "comma.csv": (b"id,intent,utterance\n1,ask,How are you?\n2,tell,I am fine.\n", "2 rows read", "utterance"),
    "semicolon.csv": ("text;label\nEine Katze schläft;tier\n".encode(), "separated by semicolons", "text"),
    "tabs.tsv": (b"text\tlabel\nhello there\tx\nbye now\ty\n", "2 labels", "text"),
    "lines.jsonl": (LINES.encode(), "9 rows read", "body"),
    "utf16.csv": (UMLAUTS.encode("utf-16"), "Encoding: UTF-16", "text"),
    "latin1.csv": (UMLAUTS.encode("latin-1"), "Encoding: Latin-1", "text"),
    "plain.txt": (b"one\ntwo\n\nthree\n", "4 rows read, 1 empty row dropped", ""),
}


def test_every_kind_of_file_is_read_and_its_columns_guessed(server: Server, page: Page, tmp_path: Path) -> None:
    dialog, chooser = file_tab(page, server)
    report = dialog.get_by_test_id("stAlert")
    for name, (content, said, column) in READ.items():
        put(chooser, name, content)
        expect(report.filter(has_text=said)).to_be_visible()  # the one before may still stand beside it
        expect(report).to_have_count(1)
        if column:
            expect(dialog.get_by_role("combobox", name="Text column")).to_have_value(column)
        else:
            expect(dialog.get_by_role("combobox")).to_have_count(0)
    put(chooser, "table.parquet", parquet(tmp_path / "t"))
    expect(report).to_contain_text("Columns that are not offered: vector")

    put(chooser, "comma.csv", READ["comma.csv"][0])
    label = dialog.get_by_role("combobox", name="Label column")
    expect(label).to_have_value("intent")
    expect(report).to_contain_text("2 labels")
    label.click()
    page.get_by_role("option", name="(none)").click()
    expect(report).not_to_contain_text("label")
    fingerprint = use(page)
    for _ in range(2):  # and after a refresh
        expect(page.get_by_test_id("stMetricValue").first).to_have_text("2")
        expect(page.get_by_role("combobox", name="Texts")).to_have_value("comma.csv")
        page.reload()
    page.get_by_role("link", name="Library").click()
    expect(page.locator(f".st-key-corpus-{fingerprint}")).to_contain_text("comma.csv")


REFUSED = {
    "broken.jsonl": (b'{"text": "fine"}\n{"text": \n', "broken.jsonl, line 2 is not JSON"),
    "broken.csv": (b"text,label\na,b\nc\n", "broken.csv, line 3: expected 2 columns"),
    "sheet.xlsx": (b"PK", "Save the sheet as CSV"),
    "picture.parquet": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "is not a Parquet file"),
    "model.pkl": (b"\x80\x04K\x01.", "A pickle can run code when it is opened, so it never is"),
    "empty.csv": (b" ", "empty.csv"),
    "large.txt": (b"many words \n" * 5000, "the limit is 48.8 KiB"),
    "long.txt": (b"short\n" + b"x" * 1001, "long.txt, line 2: this text has 1,001 characters; the limit is 1,000"),
}


def test_what_is_refused_is_said_in_a_sentence_and_what_was_open_stays(server: Server, page: Page) -> None:
    dialog, chooser = file_tab(page, server)
    for name, (content, said) in REFUSED.items():
        put(chooser, name, content)
        expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text(said)
        expect(dialog.get_by_role("button", name=re.compile("^Use"))).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("300")
    assert query(page, "corpus") == "sentences"
    no_error(page)


def test_above_the_row_limit_a_random_sample_is_offered(server: Server, page: Page) -> None:
    dialog, chooser = file_tab(page, server)
    put(chooser, "few.txt", b"one\ntwo\n")
    expect(dialog.get_by_role("button", name="Use 2 texts")).to_be_visible()
    put(chooser, "many.txt", b"".join(b"text number %d\n" % i for i in range(150)))
    expect(dialog.get_by_test_id("stAlertContentWarning")).to_contain_text("The file has 150 rows; at most 100")
    expect(dialog.get_by_role("button", name="Use 100 texts")).to_be_visible()
    for label, value in (("Rows", "10"), ("Seed", "3")):
        dialog.get_by_role("spinbutton", name=label).fill(value)
        dialog.get_by_role("spinbutton", name=label).press("Enter")
    expect(dialog.get_by_text("a random sample of the 150 rows in the file (seed 3)")).to_be_visible()
    use(page)
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("10")


def test_a_folder_in_beir_layout_and_only_where_it_may_be_read(server: Server, page: Page) -> None:
    folder = server.home / "open" / "tales"
    (folder / "qrels").mkdir(parents=True)
    texts = [{"_id": f"d{i}", "title": "Tale", "text": f"number {i}"} for i in range(5)]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, texts)))
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "which tale?"}')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\n")
    dialog = opened(page, server, "Add texts")
    dialog.get_by_role("tab", name="Folder").click()
    path = dialog.get_by_role("textbox", name="BEIR layout")
    for typed, said in {
        "/etc": "may not be read from here",
        f"{folder}/../../../..": "may not be read from here",
        f"{folder}/nowhere": "There is no folder",
        f"{folder}/qrels": "There is no corpus.jsonl",
        f"{folder}/../tales": "1 query; 1 judgement from qrels/test.tsv",
    }.items():
        path.fill(typed)
        path.press("Enter")
        expect(dialog.get_by_test_id("stAlert")).to_contain_text(said)
    use(page)
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("tales")
    expect(page.get_by_test_id("stMetricValue").nth(3)).to_have_text("1")


def test_a_link_opens_the_texts_for_others_and_names_stay_apart(
    server: Server, visitors: Callable[[], Page], page: Page
) -> None:
    opened(page, server)
    first = paste(page, "red apple\ngreen apple", "Fruit")
    second = paste(page, "red apple\ngreen apple\nblue plum", "Fruit")
    texts = page.get_by_role("combobox", name="Texts")
    expect(texts).to_have_value("Fruit (2)")
    texts.click()
    page.get_by_role("option", name="Fruit", exact=True).click()
    page.wait_for_function("first => location.search.includes(first)", arg=first)
    settled(page)
    page.get_by_role("button", name="Link to this view").click()
    expect(page.get_by_text("Whoever holds this link can open these texts")).to_be_visible()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert link == f"{server.url}/?models=lsa&corpus={first}", (link, second)

    other = visitors()
    other.goto(link)
    expect(other.get_by_role("combobox", name="Texts")).to_have_value("Fruit (by link)")
    expect(other.get_by_test_id("stMetricValue").first).to_have_text("2")
    settled(other)
    no_error(other)


def add(page: Page, dialog: Locator, name: str, kind: str = "Static (model2vec)", **fields: str) -> None:
    if not dialog.is_visible():
        page.get_by_role("button", name="Add a model").click()
    dialog.get_by_text(kind, exact=True).click()
    for label, value in {"Hub id or folder": name, **fields}.items():
        dialog.get_by_label(label, exact=True).fill(value)
    dialog.get_by_role("button", name="Add", exact=True).click()


def test_models_are_checked_when_they_are_added(server: Server, page: Page) -> None:
    pickled = server.home / "open" / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"x")
    dialog = opened(page, server, "Add a model")
    for typed, said in {
        "": "Expected a hub id",
        "../../etc/passwd": "may not be read from here",
        "http://x": "is no model name",
        str(pickled): "Only safetensors are opened here",
        str(server.home / "open" / "nowhere"): "There is no folder",
    }.items():
        add(page, dialog, typed, "Sentence Transformers")
        expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text(said)
    folder = server.home / "open" / "few-words"
    add(page, dialog, str(folder), **{"Dimensions to keep": "4096"})
    expect(dialog.get_by_test_id("stAlertContentError")).to_contain_text("The model has 8 dimensions")
    assert query(page, "models") == "lsa"


def test_an_added_model_is_ones_own_until_it_is_removed(
    server: Server, visitors: Callable[[], Page], page: Page
) -> None:
    folder = server.home / "open" / "few-words"
    dialog = opened(page, server, "Add a model")
    add(page, dialog, str(folder), **{"Name to show": "Mine", "Put before texts": "passage: "})
    expect(page.get_by_text("100% of these texts embedded")).to_have_count(2)
    chosen = query(page, "models")
    assert re.fullmatch("lsa,mine-[0-9a-f]{6}", chosen)
    settled(page)
    add(page, dialog, str(folder), **{"Name to show": "", "Put before texts": "passage: "})  # once more
    expect(dialog).to_have_count(0)
    settled(page)
    assert query(page, "models") == chosen

    server.stop()
    server.start()
    page.goto(f"{server.url}/library?models=lsa")
    expect(page.get_by_text("added by you")).to_have_count(1)
    other = visitors()
    other.goto(f"{server.url}/library?models=lsa")
    expect(other.get_by_role("heading", name="Warm up")).to_be_visible()
    settled(other)
    expect(other.get_by_text("added by you")).to_have_count(0)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("added by you")).to_have_count(0)
    settled(page)
    no_error(page)


def test_a_model_of_the_catalogue_that_cannot_be_had_says_how_to_bring_it(server: Server, page: Page) -> None:
    opened(page, server)
    page.get_by_role("combobox", name="Models").click()
    page.get_by_role("option", name="MPNet-base").click()
    page.keyboard.press("Escape")  # while the list is open, the page behind it is hidden from roles
    trouble = page.get_by_test_id("stAlertContentError")
    for _ in range(2):
        expect(trouble).to_contain_text("cannot be reached from this machine")
        expect(trouble).to_contain_text("Without a network, bring the files")
        page.get_by_role("button", name="Try again").click()
    expect(trouble.get_by_role("link")).to_have_count(0)
    expect(page.get_by_text("of these texts embedded")).to_be_visible()  # the other model is there


def tabbed(page: Page, button: str) -> bool:
    """Whether the Tab key leads from the texts to a button; a page that runs again on the way may take the focus away.

    Each step is waited for, as a busy browser moves on after the call.
    """
    for _ in range(3):
        page.get_by_role("combobox", name="Texts").focus()
        for _ in range(10):
            before = page.evaluate_handle("document.activeElement")
            page.keyboard.press("Tab")
            page.wait_for_function("before => document.activeElement !== before", arg=before)
            if page.evaluate("document.activeElement.innerText").endswith(button):
                return True
    return False


def test_dialogs_are_reached_by_keyboard_and_every_field_has_a_name(server: Server, page: Page) -> None:
    opened(page, server)
    for button in ("Add texts", "Add a model"):
        assert tabbed(page, button)
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("textbox").first).to_be_visible()
        for field in dialog.locator("input:visible, textarea:visible").all():
            assert field.evaluate("e => e.ariaLabel || [...(e.labels || [])].map(l => l.innerText).join('')")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        settled(page)
