"""What accepting an action request does, by its kind."""

from collections.abc import Mapping

from adapters.one_record.server.changes import accept_change
from adapters.one_record.server.requesting import Accept
from hub.objects import CHANGE

ACCEPT: Mapping[str, Accept] = {CHANGE: accept_change}
"""Kinds without an entry only change their status."""
