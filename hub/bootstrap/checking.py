"""Checks the partners' files as far as that goes without speaking to anybody."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import suppress

from hub.bootstrap.durable import Hub
from hub.bootstrap.pure import PureHub
from hub.flight_lists import LISTS
from hub.ports import Misconfigured
from hub.problem import Code, Severity
from hub.profiles import PROFILES
from hub.settings import Partner, Settings
from hub.store import outbox


def check_partners(configured: Settings) -> list[dict[str, str]]:
    """Every problem found, with the partner it belongs to."""
    return [
        {"partner": partner.id, "problem": problem}
        for partner in configured.partners.values()
        for problem in _problems(partner, configured)
    ]


def _problems(partner: Partner, configured: Settings) -> Iterator[str]:
    yield from _validation(partner)
    targets = [*_targets(partner, configured), *_notifications(partner), *_orderings(partner, configured)]
    yield from targets
    if not targets:
        yield from _channels(partner, configured)


def _validation(partner: Partner) -> Iterator[str]:
    """A profile, a problem code or a severity that there is not: it would never apply, and nobody would notice."""
    chosen = partner.validation
    if chosen.profile not in PROFILES:
        yield f"no profile {chosen.profile!r}; there are {', '.join(PROFILES)}"
    codes, severities = {str(one) for one in Code}, {str(one) for one in Severity}
    for code, severity in chosen.overrides.items():
        if code not in codes:
            near = difflib.get_close_matches(code, codes, n=3)
            yield f"overrides name no problem {code!r}" + (f"; near it: {', '.join(near)}" if near else "")
        if severity not in severities:
            yield f"overrides: {severity!r} is no severity; there are {', '.join(sorted(severities))}"


def _targets(partner: Partner, configured: Settings) -> Iterator[str]:
    pure = PureHub(configured)
    for target, channel, known in _written(partner, pure):
        try:
            known(target)
            partner.open_channel(channel)
        except KeyError:
            yield f"cannot write {target!r}; `waybridge formats` lists the targets"
        except Misconfigured as fault:
            yield str(fault)


def _orderings(partner: Partner, configured: Settings) -> Iterator[str]:
    """Words of a rule that would never apply."""
    pure = PureHub(configured)
    for rule in partner.send:
        if rule.ordering not in (outbox.PARALLEL, outbox.IN_SEQUENCE, outbox.IN_ORDER):
            yield f"send {rule.target}: {rule.ordering!r} is no ordering; there are parallel, in_sequence, in_order"
        with suppress(KeyError):  # a target that cannot be written has been told
            if (rule.settle or rule.carriers) and pure.kind(rule.target).content not in LISTS:
                yield f"send {rule.target}: settle and carriers are for lists of flights, FFM and FBL"


def _notifications(partner: Partner) -> Iterator[str]:
    try:
        if partner.notifications:
            partner.open_channel(partner.notifications)
    except Misconfigured as fault:
        yield f"notifications: {fault}"


def _written(partner: Partner, pure: PureHub) -> Iterator[tuple[str, str, Callable[[str], object]]]:
    """Every target with its channel and what knows it: those of its rules, and those its questions are answered in."""
    yield from ((rule.target, rule.channel, pure.kind) for rule in partner.send)
    answers = partner.answers
    if answers.channel:
        yield from ((target, answers.channel, pure.line.subject) for target in answers.targets())


def _channels(partner: Partner, configured: Settings) -> Iterator[str]:
    hub = Hub(Settings(hub=configured.hub, partners={partner.id: partner}, source=configured.source))
    for channel in partner.channel:
        try:
            if channel.poll:
                hub.open_poller(partner.id, channel.name).close()
            if channel.name == partner.notifications or any(rule.channel == channel.name for rule in partner.send):
                hub.open_sender(partner.id, channel.name).close()
        except Misconfigured as fault:
            yield f"channel {channel.name}: {fault}"
    for name in partner.api_keys:
        try:
            hub.secrets(name)
        except Misconfigured as fault:
            yield str(fault)
    hub.close()
