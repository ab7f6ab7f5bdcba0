from json import dumps, loads

from core.corpora import Report


def test_a_report_survives_json() -> None:
    report = Report(10, 1, 2, 3, "UTF-8", 100, 7, 4, 50, ("one", "two"))
    assert Report.from_json(loads(dumps(report.to_json()))) == report
    assert Report.from_json({}) == Report()


def test_a_report_speaks_plainly() -> None:
    report = Report(1_402, 2, 1, 3, "UTF-16", 5_000, 7, 12, 433, ("A note.",))
    assert report.sentences() == [
        "1,402 rows read, 2 empty rows dropped; the longest text has 433 characters.",
        "They are a random sample of the 5,000 rows in the file (seed 7).",
        "1 text repeats an earlier one exactly: kept, and embedded once.",
        "3 texts tidied: surrounding spaces, line ends, NUL or broken characters.",
        "12 labels.",
        "Encoding: UTF-16.",
        "A note.",
    ]


def test_what_did_not_happen_is_not_mentioned() -> None:
    assert Report(rows_read=1, longest=1).sentences() == ["1 row read; the longest text has 1 character."]
