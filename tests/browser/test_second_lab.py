"""The second lab, from an empty cache to a record that is verified: retrieve, time, decide, and notice a change."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import corpora, pipeline
from core.report.record import from_json
from tests.browser.conftest import ROOT, SECONDS, Server, no_error, settled
from tests.browser.test_first_lab import open_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(2400)]
LONG = 5 * SECONDS * 1000  # measuring waits until it has the worker, and a share of the cores, to itself


def verify(server: Server, record: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", "verify", str(record), *arguments],
        cwd=ROOT,
        env={**os.environ, "VECASSAY_HOME": str(server.home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * SECONDS,
    )


def test_the_second_lab_retrieves_times_decides_and_notices_a_changed_text(
    server: Server, page: Page, tmp_path: Path
) -> None:
    # 1. Three models and BM25 look for the answers to 100 queries.
    assert pipeline.store().vectors.encoded() == 0
    page.goto(f"{server.url}/retrieval?corpus=helpdesk&models=minilm,static,lsa")
    expect(page.get_by_text("MiniLM-L6 finds more (nDCG@10) than all 3 others")).to_be_visible(timeout=LONG)
    settled(page)
    no_error(page)
    main = page.get_by_test_id("stMainBlockContainer")
    for family in ("Precision", "Recall"):
        main.get_by_role("radio", name=family, exact=True).click()
        expect(main.get_by_text(f"{family}, mean").first).to_be_attached()
    settled(page)

    # 2. How fast are they, call by call and in batches?
    open_page(page, "Latency", "How fast is it on this machine?")
    main.get_by_text("Quick", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Measure now").click()
    expect(page.get_by_text("p95 of a single call:")).to_be_visible(timeout=LONG)
    settled(page)
    expect(main.get_by_text("batch size").first).to_be_attached()
    encoded = pipeline.store().vectors.encoded()

    # 3. The decision, with times of whole queries, and its record.
    open_page(page, "Decision", "Which model goes into production")
    settled(page)
    page.get_by_role("button", name="Measure now").click()
    expect(page.get_by_text("Nothing was timed on these texts yet")).to_have_count(0, timeout=LONG)
    settled(page)
    no_error(page)
    expect(main.get_by_text(re.compile("^MiniLM-L6: the best nDCG"))).to_be_visible()
    main.get_by_role("textbox", name="Title", exact=True).fill("The second lab")
    with page.expect_download() as download:
        main.get_by_role("button", name="JSON").click()
    record = tmp_path / download.value.suggested_filename
    download.value.save_as(record)
    assert record.name == "decision-help-desk.json"
    assert from_json(record.read_bytes()).title == "The second lab"  # typed, and clicked at once
    assert pipeline.store().vectors.encoded() == encoded
    main.get_by_text("Show it here").click()
    shown = page.frame_locator("iframe").last.locator("h1")
    expect(shown).to_have_text("The second lab")
    main.get_by_role("textbox", name="Title", exact=True).fill("The lab again")
    main.get_by_role("textbox", name="Title", exact=True).press("Enter")
    expect(shown).to_have_text("The lab again")
    no_error(page)

    # 4. It still holds; and with one letter of one text changed, it is said which.
    done = verify(server, record)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("Still holds.\n")
    corpus = corpora.sample("helpdesk").corpus
    texts = (corpus.texts[0].replace("button", "buttom", 1), *corpus.texts[1:])
    assert texts != corpus.texts
    changed = tmp_path / "changed.zip"
    changed.write_bytes(corpora.to_beir(replace(corpus, texts=texts)))
    done = verify(server, record, "--corpus", str(changed))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "H001" in done.stdout
