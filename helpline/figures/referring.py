"""What counts of referrals: the one place of the figures that knows their stations."""

from __future__ import annotations

from collections.abc import Iterator

from helpline.figures.facts import ReferralFact
from helpline.figures.periods import baku_day
from helpline.figures.spans import span_of
from helpline.figures.suppression import Event


def referral_events(referral: ReferralFact) -> Iterator[Event]:
    """Each station counts on the day on which it was reached."""
    who, day = referral.person, baku_day
    if referral.sent_at is not None:
        sent = day(referral.sent_at)
        yield Event(sent, "referral", "sent", who.id, who.district)
        yield Event(sent, "referral_kind", referral.kind, who.id, who.district)
        yield Event(sent, "referral_service", referral.service, who.id, who.district)
        for consent in referral.consent or ("override",):
            yield Event(sent, "referral_consent", consent, who.id, who.district)
    if referral.accepted_at is not None:
        accepted = day(referral.accepted_at)
        yield Event(accepted, "referral", "accepted", who.id, who.district)
        span = span_of(referral.accepted_at - (referral.sent_at or referral.opened_at))
        yield Event(accepted, "referral_acceptance", f"all.{span}", who.id, who.district)
    if referral.ended_at is not None and referral.outcome is not None:
        yield Event(day(referral.ended_at), "referral", referral.outcome, who.id, who.district)
