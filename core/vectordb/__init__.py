"""A corpus with its vectors for somebody else's vector database, and back: as Parquet or as a table of LanceDB.

from core import vectordb

table = vectordb.opened("helpdesk-minilm.lance")
found = table.search(query_embeddings, 10)  # SpaceMismatch for another model's

`facts` is what a table says of itself, `tables` the columns, `parquet` and `lance` one format each, `writing` puts
them down so that nothing half remains, `opening` opens either.
"""

from core.vectordb.facts import Facts
from core.vectordb.opening import Opened, opened
from core.vectordb.tables import FORMATS, table_name
from core.vectordb.writing import Written, write, zipped

__all__ = ["FORMATS", "Facts", "Opened", "Written", "opened", "table_name", "write", "zipped"]
