"""What accepting an action request does, by its kind."""

from collections.abc import Mapping

from adapters.one_record.server import sharing
from adapters.one_record.server.changes import accept_change
from adapters.one_record.server.requesting import Accept
from hub.objects import CHANGE, DELEGATION, SUBSCRIPTION

ACCEPT: Mapping[str, Accept] = {CHANGE: accept_change, SUBSCRIPTION: sharing.accept, DELEGATION: sharing.accept}
"""Kinds without an entry only change their status."""
