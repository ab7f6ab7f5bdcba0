"""How fast is it on this machine?"""

from core import session

study = session.page(__doc__)
