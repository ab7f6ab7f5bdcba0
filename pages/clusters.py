"""What groups does a model form, and can the picture be trusted?"""

from core import session

study = session.page(__doc__)
