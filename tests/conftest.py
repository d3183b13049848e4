"""What every test shares: generated values are the same in every run unless WAYBRIDGE_RANDOM asks for others."""

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True)
if not os.environ.get("WAYBRIDGE_RANDOM"):
    settings.load_profile("steady")
