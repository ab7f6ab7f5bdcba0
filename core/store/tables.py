"""What is kept, as tables. Blobs live in tables of their own, so that touching a row never rewrites one."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

SCHEMA = 1
"""Number of this layout. A store of a higher one is not touched."""


class Text(TypeDecorator[str]):
    """Text that every database takes: NUL and lone surrogates become the replacement character."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Called by SQLAlchemy for each value on its way in."""
        if value is None:
            return None
        raw = str(value).replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass")
        return raw.decode("utf-16-le", "replace")


_all = MetaData()
_number = BigInteger().with_variant(Integer, "sqlite")


def _column(name: str, kind: Any = Text, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return _column(name, kind, primary_key=True)


def _ages() -> tuple[Column[Any], ...]:
    """Bytes kept, and when (seconds since 1970) a row was made and last used."""
    return _column("bytes", BigInteger), _column("created", Float(53)), _column("used", Float(53), index=True)


def _parent(column: str, kind: Any = Text) -> Column[Any]:
    return Column(column.split(".")[1], kind, ForeignKey(column, ondelete="CASCADE"), primary_key=True)


meta = Table("meta", _all, _key("name"), _column("value"))

blocks = Table(
    "blocks",
    _all,
    Column("id", _number, primary_key=True, autoincrement=True),
    _column("shelf", index=True),
    _column("n", Integer),
    _column("d", Integer),
    _column("checksum", BigInteger),
    *_ages(),
)
# Digests stand before vectors: SQLite reads a row up to the last column asked for, and no further.
block_data = Table(
    "block_data", _all, _parent("blocks.id", _number), _column("digests", LargeBinary), _column("vectors", LargeBinary)
)

_counts = [_column(name, BigInteger, server_default="0") for name in ("asked", "found", "encoded")]
usage = Table(
    "usage",
    _all,
    _key("shelf"),
    _column("label", server_default=""),
    _column("role", server_default=""),
    _column("space", server_default=""),
    *_counts,
    _column("seconds", Float(53), server_default="0"),
)
runs = Table(
    "runs",
    _all,
    Column("id", _number, primary_key=True, autoincrement=True),
    _column("shelf", index=True),
    _column("corpus"),
    _column("texts", BigInteger),
    _column("seconds", Float(53)),
    Column("tokens", BigInteger),
    _column("machine"),
    _column("finished", Float(53)),
)

answers = Table(
    "answers", _all, _key("key"), _column("name"), _column("arguments"), _column("seconds", Float(53)), *_ages()
)
answer_data = Table(
    "answer_data", _all, _parent("answers.key"), _column("checksum", BigInteger), _column("body", LargeBinary)
)

corpora = Table(
    "corpora",
    _all,
    _key("fingerprint"),
    _column("name"),
    _column("kind"),
    _column("report"),
    _column("n_texts", BigInteger),
    *_ages(),
)
corpus_data = Table(
    "corpus_data", _all, _parent("corpora.fingerprint"), _column("checksum", BigInteger), _column("body", LargeBinary)
)
holdings = Table(
    "holdings",
    _all,
    _parent("corpora.fingerprint"),
    _key("owner"),
    _column("name"),
    _column("shared", Boolean),
    _column("added", Float(53)),
)

# Tables younger than others: a store made before them gets them with the first run that is kept.
timings = Table(
    "timings", _all, _key("key"), _column("corpus", index=True), _column("owner"), _column("summary"), *_ages()
)
timing_data = Table(
    "timing_data", _all, _parent("timings.key"), _column("checksum", BigInteger), _column("body", LargeBinary)
)


def _asking() -> tuple[Column[Any], ...]:
    return _column("base", index=True), _column("owner"), _column("query_id"), _column("created", Float(53))


# Likewise, with the first query or grade.
asked = Table("asked", _all, _key("key"), *_asking(), _column("text"), _column("kind"))
grades = Table("grades", _all, _key("key"), *_asking(), _column("text_id"), _column("grade", BigInteger))

# Likewise, with the first agreement to send texts away, or the first request.
agreements = Table(
    "agreements",
    _all,
    _key("space"),
    _key("texts"),
    _column("owner"),
    _column("per_million", Float(53)),
    Column("most", Float(53)),
    _column("created", Float(53)),
)
spending = Table(
    "spending",
    _all,
    Column("id", _number, primary_key=True, autoincrement=True),
    _column("space", index=True),
    _column("texts"),
    _column("label"),
    _column("n", BigInteger),
    _column("tokens", BigInteger),
    _column("cut", BigInteger),
    _column("money", Float(53)),
    _column("finished", Float(53), index=True),
)

models = Table("models", _all, _key("key"), _key("owner"), _column("spec"), _column("created", Float(53)))
pins = Table("pins", _all, _key("key"), _key("holder"), _column("until", Float(53)))
faults = Table(
    "faults",
    _all,
    Column("id", _number, primary_key=True, autoincrement=True),
    _column("found", Float(53)),
    _column("kind"),
    _column("key"),
    _column("what"),
)

create_all = _all.create_all
