"""Which model goes into production, why, and when would the answer change?"""

from core import session

study = session.page(__doc__)
