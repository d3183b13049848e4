"""Who may see which logistics object, and who is told of what: access, delegations, subscriptions, notifications. No routes."""
