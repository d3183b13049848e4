"""Who is calling a ONE Record node: bearer tokens of several issuers, or a client certificate. Knows no route and no object.

Settings, in ``[node.security]`` of ``waybridge.toml``: see :class:`adapters.one_record.security.settings.Security`.
The standard: API-Security, security/authn-application-layer.md and authn-transport-layer.md.
"""
