"""Which model finds the right texts, and how sure is that?"""

from core import session

study = session.page(__doc__)
