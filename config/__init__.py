"""Whom we talk to: tables only, read by hub.settings. WAYBRIDGE_CONFIG replaces this folder."""
