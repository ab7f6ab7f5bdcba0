"""Which texts does a model think are alike?"""

from core import session

study = session.page(__doc__)
