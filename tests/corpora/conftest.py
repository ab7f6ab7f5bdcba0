from pathlib import Path

import pytest

from core.corpora import Limits


@pytest.fixture
def limits() -> Limits:
    return Limits(max_bytes=10_000_000, max_rows=1_000, max_text_chars=10_000)


@pytest.fixture
def shared() -> Path:
    folder = Path(__file__).parents[2] / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data of ../shared/data is not here")
    return folder
