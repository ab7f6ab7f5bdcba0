"""Why a job failed, in the user's words."""

import logging

from core import questions
from core.cluster import worker_memory
from core.errors import VecassayError
from core.settings import GIB
from core.types import Question

LOG = logging.getLogger(__name__)


def explain(error: BaseException, question: Question) -> str:
    """Why a job failed, in the user's words; details of unexpected errors go to the log."""
    from distributed.scheduler import KilledWorker

    if isinstance(error, VecassayError):
        return str(error)
    if isinstance(error, KilledWorker):
        doing = questions.REGISTRY[question.name].doing.lower()
        return (
            f"The worker process ended twice while working on this ({doing}). "
            f"Most often it ran out of memory (limit {worker_memory() / GIB:.1f} GiB): take fewer texts or a smaller "
            f"model, or raise VECASSAY_WORKER_MEMORY. What was finished until then is kept; trying again goes on there."
        )
    if isinstance(error, MemoryError):
        return "The worker had too little memory for this. Take fewer texts, or raise VECASSAY_WORKER_MEMORY."
    if isinstance(error, RuntimeError) and "deserialization of the task graph" in str(error):
        return "The Dask scheduler cannot read our tasks: put this package on its Python path, too, and start it again."
    LOG.error("job %s failed", question.key, exc_info=error)
    return f"Something unexpected went wrong ({type(error).__name__}). The server's log has the details."
