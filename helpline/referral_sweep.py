"""Two days after a referral left, the person is asked whether the service came: only where it is safe to write to them.

A neutral line goes out as everything that we start does; the question comes when they answer it. Silence is not yes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from helpline.cases import reader_of
from helpline.conversations import Conversation, NewOut, OutState
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Unit
from helpline.referral_table import table
from helpline.referrals import Loop, Referral, ReferralState, Told
from helpline.starting import opens_at
from helpline.turns import Parts

# How long after a line was put in it is seen whether it went out.
_LOOK_AGAIN = timedelta(hours=6)
_TELL_FIRST = timedelta(hours=24)
LIFE_IN_DANGER = "life_in_danger"
_ON_ITS_WAY = frozenset({OutState.WAITING, OutState.SENDING})


def ask_whether_it_came(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    """Do what is due of every referral's question. Doing it twice does nothing more."""
    done: Counter[str] = Counter()
    _alert(unit, parts, now)
    for referral in unit.due_questions(now):
        if referral.loop is Loop.ASKED:
            _settled(unit, referral, Loop.SILENT, now)
            done["referrals_silent"] += 1
            continue
        state = unit.question_state(referral.id)
        if state is OutState.SENT:
            waits = table().answer_within
            unit.save_referral(replace(referral, loop=Loop.ASKED, ask_at=now + waits), now)
        elif state in _ON_ITS_WAY:
            unit.save_referral(replace(referral, ask_at=now + _LOOK_AGAIN), now)
        else:
            _ask(unit, referral, parts.book, now, done)
    return done


def _alert(unit: Unit, parts: Parts, now: datetime) -> None:
    """The duty chat hears once of each request to go without consent, and once of each answer that is overdue.

    Where a life is in danger the phone rings too: until a second person decides, nothing leaves.
    """
    for referral in unit.to_alert(now):
        asked = referral.override if referral.state is ReferralState.WAITING else None
        at = referral.sent_at if asked is None else asked.asked_at
        key = "alert_referral_late" if asked is None else "alert_referral_override"
        pressing = asked is not None and asked.reason == LIFE_IN_DANGER
        say = parts.alerts.ring if pressing else parts.alerts.tell
        say(unit, key, referral.case, now, f"{key}:{referral.id}:{0 if at is None else int(at.timestamp())}")


def _ask(unit: Unit, referral: Referral, book: Phrasebook, now: datetime, done: Counter[str]) -> None:
    conversation = unit.conversation_of(referral.case)
    if referral.consent is None and referral.told is Told.OPEN:
        unit.save_referral(replace(referral, ask_at=now + _TELL_FIRST), now)
        return
    if referral.ask_tries >= table().ask_tries or not _is_safe(unit, referral, conversation):
        _settled(unit, referral, Loop.NOT_SAFE, now)
        done["referrals_not_asked"] += 1
        return
    opens = opens_at(now, conversation.discretion)
    tries = referral.ask_tries + 1
    unit.put_started(
        conversation.id, (_line(referral, conversation, book),), now, f"referral:{referral.id}:{tries}", due_at=opens
    )
    unit.save_referral(replace(referral, ask_tries=tries, ask_at=opens + _LOOK_AGAIN), now)
    done["referrals_asked"] += 1


def _is_safe(unit: Unit, referral: Referral, conversation: Conversation) -> bool:
    """Their own phone, or one on which they agreed to be asked; never after the panic word, STOP, or "do not write to me".

    Whoever was not told of a referral is not asked about it.
    """
    discretion, consent = conversation.discretion, referral.consent
    if consent is None and referral.told is not Told.TOLD:
        return False
    agreed = discretion.shared_agreed or (consent is not None and consent.may_ask)
    reached = discretion.phone == "own" or agreed
    hidden = discretion.hidden_at is not None or discretion.never_first
    return reached and not hidden and unit.may_hear_of_referral(referral)


def _line(referral: Referral, conversation: Conversation, book: Phrasebook) -> NewOut:
    """It names nothing; on SMS the line itself says 1."""
    reader = reader_of(conversation)
    line = book.render(Say("referral_neutral"), reader)[-1]
    return replace(line, choices=((f"referral:open:{referral.id}", book.label("referral:open", reader.language)),))


def _settled(unit: Unit, referral: Referral, loop: Loop, now: datetime) -> None:
    unit.save_referral(replace(referral, loop=loop, ask_at=None), now)
    unit.record(referral.case, None, f"referral_{loop.value}", now, {"referral": referral.id})
