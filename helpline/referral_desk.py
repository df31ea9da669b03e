"""From a draft to a letter: what is asked of whom, the consent it rests on, or two people's decision to go without."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from helpline.access import May
from helpline.accounts import Account
from helpline.cases import reader_of
from helpline.conversations import Author, Conversation, Lane
from helpline.phrasebook import Phrasebook, Say, channel_form
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.referral_access import allowed
from helpline.referral_consent import About, checked, quotes, shared, valid
from helpline.referral_services import Service, Services
from helpline.referral_table import Table
from helpline.referrals import (
    Consent,
    ConsentInvalid,
    How,
    Loop,
    NeedsAnother,
    NewReferral,
    NoSuchService,
    NotNow,
    Override,
    QuotesThePerson,
    ReasonMissing,
    Referral,
    ReferralState,
    Told,
    Unverified,
    Wanted,
)

LONGEST_REASON = 500


class ReferralRoom:
    """What every use case of referrals stands on: one referral opened for one person, and what is written of it."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell, table: Table) -> None:
        self.store = store
        self.book = book
        self.clock = clock
        self.bell = bell
        self.table = table

    @property
    def services(self) -> Services:
        return Services(self.book.directory, self.table)

    def opened(self, unit: Unit, referral: int, account: Account, action: May) -> Referral:
        """Return a referral on which this person may do this. Raise NotFound: nobody learns of what is not theirs."""
        found = unit.referral(referral)
        if not allowed(unit, account, found, (action,)):
            raise NotFound
        return found

    def kept(self, unit: Unit, changed: Referral, account: Account, what: str, **codes: object) -> None:
        """Write a referral and the line of the case's audit about it: its number and codes, never a word."""
        now = self.clock.now()
        unit.save_referral(changed, now)
        unit.record(changed.case, account.id, what, now, {"referral": changed.id, **codes})

    def rang(self) -> None:
        for name in ("cases", "outbox"):
            self.bell.ring(name)


class ReferralDesk:
    """Each method is one commit. Raise NotFound for what this person may not do, NotNow where it is too late for it."""

    def __init__(self, room: ReferralRoom) -> None:
        self._room = room

    def draft(self, case: int, account: Account, service: str, wanted: Wanted, *, unverified: bool) -> Referral:
        """Begin a referral; `unverified`: that nobody checked the contact was read and confirmed. Raise Unverified."""
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            held = unit.case_held_by(case, account.id)
            if service in unit.excluded_agencies(held.conversation):
                raise NoSuchService(service)
            to = self._room.services.find(service, now)
            if not to.verified and not unverified:
                raise Unverified
            made = self._checked(unit, wanted, to.role, held.conversation)
            new = NewReferral(case, held.conversation, to.code, to.kind, to.role, made, not to.verified)
            added = unit.add_referral(new, account.id, now)
            unit.record(case, account.id, "referral_drafted", now, {"referral": added.id})
        self._room.rang()
        return added

    def change(self, referral: int, account: Account, wanted: Wanted) -> None:
        """Change a draft; what the person had answered was about something else."""
        with self._room.store.unit() as unit:
            draft = self._drafted(unit, referral, account)
            made = self._checked(unit, wanted, draft.role, draft.conversation)
            if made == draft.wanted:
                return
            fresh = replace(draft, wanted=made, answer=None, answered_at=None, asked_consent_at=None)
            self._room.kept(unit, fresh, account, "referral_changed")

    def _checked(self, unit: Unit, wanted: Wanted, role: str, conversation: int) -> Wanted:
        """Raise QuotesThePerson: neither the transcript nor a piece of it is passed on."""
        made = checked(wanted, role, self._room.table)
        summary = made.texts.get("summary", "")
        if summary and quotes(summary, unit.said_by_person(conversation)):
            raise QuotesThePerson
        return made

    def ask_consent(self, referral: int, account: Account, key: str) -> None:
        """Send the consent text to the person, with what would be shared and with whom; their answer is noted.

        `key` is the form's own: the same form posted twice asks once.
        """
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            draft = self._drafted(unit, referral, account)
            conversation = unit.conversation_of(draft.case)
            reader = reader_of(conversation)
            choices = (f"referral:agree:{draft.id}", f"referral:disagree:{draft.id}")
            said = self._room.book.render(self._consent(draft, conversation, choices), reader)
            outs = tuple(replace(out, lane=Lane.REPLY, author=Author.COUNSELLOR, counsellor=account.id) for out in said)
            unit.put_out(conversation.id, outs, now, f"referral_consent:{draft.id}:{key}")
            unit.save_conversation(replace(conversation, open_choices=choices))
            unit.answered(draft.case, now)
            asked = replace(draft, asked_consent_at=now, answer=None, answered_at=None)
            self._room.kept(unit, asked, account, "referral_consent_asked")
        self._room.rang()

    def consent_text(self, draft: Referral, conversation: Conversation) -> list[str]:
        """What the person would get, message by message."""
        choices = (f"referral:agree:{draft.id}", f"referral:disagree:{draft.id}")
        said = self._consent(draft, conversation, choices)
        return [out.text for out in self._room.book.render(said, reader_of(conversation))]

    def _consent(self, draft: Referral, conversation: Conversation, choices: tuple[str, ...]) -> Say:
        language, fields = conversation.language or "az", () if draft.wanted is None else draft.wanted.fields
        form = channel_form(conversation.channel)
        named = ", ".join(self._room.book.label(f"referral:field:{name}", language, form) for name in fields)
        service = self._room.services.name(draft.service, language)
        return Say("referral_consent", choices, {"service": service, "fields": named})

    def send(self, referral: int, account: Account, consent: Consent) -> None:
        """Let a referral leave on a consent. Raise ConsentInvalid."""
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            draft = self._drafted(unit, referral, account)
            register = unit.conversation_of(draft.case).register
            agreed = valid(consent, register, self._room.table, now)
            if draft.answer is False and agreed.how is How.CHAT:
                raise ConsentInvalid("said_no")
            gone = self._leaves(unit, replace(draft, consent=agreed, consent_by=account.id), now)
            who = sorted(each.value for each in agreed.who)
            self._room.kept(unit, gone, account, "referral_sent", who=who, version=agreed.version)
        self._room.rang()

    def ask_override(self, referral: int, account: Account, reason: str, text: str) -> None:
        """Ask a supervisor to let it go without consent. Raise ReasonMissing."""
        if reason not in self._room.table.codes["override_reasons"] or not text.strip():
            raise ReasonMissing
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            draft = self._drafted(unit, referral, account)
            override = Override(reason, text.strip()[:LONGEST_REASON], account.id, now)
            waits = replace(draft, state=ReferralState.WAITING, override=override)
            self._room.kept(unit, waits, account, "referral_override_asked", reason=reason)
        self._room.rang()

    def agree_override(self, referral: int, account: Account) -> None:
        """The second person agrees: it leaves, and telling the person becomes a task. Raise NeedsAnother."""
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            waiting = self._waiting(unit, referral, account)
            assert waiting.override is not None  # noqa: S101  # `_waiting` looked
            agreed = replace(waiting.override, agreed_by=account.id, agreed_at=now)
            gone = self._leaves(unit, replace(waiting, override=agreed, told=Told.OPEN), now)
            self._room.kept(unit, gone, account, "referral_override_agreed", reason=agreed.reason)
        self._room.rang()

    def decline_override(self, referral: int, account: Account) -> None:
        with self._room.store.unit() as unit:
            waiting = self._waiting(unit, referral, account)
            back = replace(waiting, state=ReferralState.DRAFT, override=None)
            self._room.kept(unit, back, account, "referral_override_declined")
        self._room.rang()

    def _waiting(self, unit: Unit, referral: int, account: Account) -> Referral:
        found = unit.referral(referral)
        if found.override is not None and found.override.asked_by == account.id:
            raise NeedsAnother
        opened = self._room.opened(unit, referral, account, May.OVERRIDE_CONSENT)
        if opened.state is not ReferralState.WAITING or opened.override is None:
            raise NotNow(opened.state)
        return opened

    def _drafted(self, unit: Unit, referral: int, account: Account) -> Referral:
        """A draft of a case that this person holds."""
        draft = self._room.opened(unit, referral, account, May.REFER)
        if draft.state is not ReferralState.DRAFT or draft.wanted is None:
            raise NotNow(draft.state)
        return draft

    def _leaves(self, unit: Unit, referral: Referral, now: datetime) -> Referral:
        """From now on the recipient may see it: exactly this, whatever is learnt of the person later."""
        if referral.wanted is None:
            raise NotNow(referral.state)
        to = self._room.services.find(referral.service, now)
        if referral.service in unit.excluded_agencies(referral.conversation):
            raise NoSuchService(referral.service)
        about = about_person(unit, referral)
        return replace(
            referral,
            state=ReferralState.IN_PROGRESS,
            shared=shared(referral.wanted, referral.role, self._room.table, about),
            sent_at=now,
            due_at=_due(to, now),
            ask_at=now + self._room.table.ask_after,
            loop=Loop.WAITING,
        )


def _due(service: Service, now: datetime) -> datetime:
    return now + service.respond_within


def about_person(unit: Unit, referral: Referral) -> About:
    """What is known of the person of a referral now."""
    conversation, case = unit.conversation_of(referral.case), unit.case_of_referral(referral)
    return about_of(conversation, case.level.name.lower())


def about_of(conversation: Conversation, level: str) -> About:
    profile = conversation.profile
    return About(
        conversation.pseudonym, profile.audience, profile.age_band, conversation.language, profile.district, level
    )
