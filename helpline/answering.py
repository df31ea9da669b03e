"""From a leased turn to a plan: everything that the turn's commit will write. Reads nothing but what it is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpline import blocks, controls, hand_off
from helpline.choosing import meant
from helpline.controls import Answer
from helpline.conversations import Conversation, TurnToTake
from helpline.effects import Effect
from helpline.escalation import DUE, Decision, Situation, decide
from helpline.introducing import introduced, is_sms
from helpline.matters import Matters, Visit
from helpline.messages import NOT_WORDS, Kind
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Dialogue, DialogueFailed
from helpline.telling import Listener, tells, told
from helpline.understanding import Understanding
from helpline.words import Control
from triage.taxonomy import Level, Speaker
from wire import Ask, Profile, Reply, TurnRequest, TurnResult

_MODEL_KEY = "model"
YOUNG = frozenset({Speaker.CHILD_SELF, Speaker.CHILD_FRIEND})


@dataclass(frozen=True)
class Plan:
    """What the turn's commit writes. `technical` names why Rasa gave no answer, when it gave none.

    `releases`: what was kept back goes out now. `aside`: the choices offered before stay open.
    """

    conversation: Conversation
    decision: Decision
    says: tuple[Say, ...]
    understanding: Understanding
    topics: tuple[str, ...] = ()
    technical: str | None = None
    effects: tuple[Effect, ...] = ()
    releases: bool = False
    aside: bool = False


def plan(
    turn: TurnToTake,
    understanding: Understanding,
    book: Phrasebook,
    rasa: Dialogue,
    now: datetime,
    matters: Matters,
) -> Plan:
    """Decide what the turn says and does: a control first, then triage, then the service's own matters, then Rasa."""
    turn = as_heard(turn, understanding)
    control = controls.find_control(turn, book.words)
    if control is not None and not _disclosed(control, understanding):
        said = _control(control, turn, understanding)
        if said is not None:
            return said
    wants_person = control is Control.PERSON
    case = turn.case
    situation = Situation(
        understanding.finding, turn.conversation, case, turn.staffed, now, wants_person, turn.past.told
    )
    decision = _for_kind(turn, understanding, decide(situation))
    visit = Visit(turn, book, now)
    answer = blocks.instead(turn, understanding.finding, decision, now) or _of_matter(visit, decision, matters, control)
    if answer is not None:
        return answered(answer, understanding)
    if decision.ask_bot:
        return _ask_rasa(visit, understanding, decision, control, rasa, matters)
    return _finished(turn.conversation, decision, decision.says, understanding, now)


def as_heard(turn: TurnToTake, understanding: Understanding) -> TurnToTake:
    """The conversation with what this message tells of its writer: language, and how old they sound."""
    speaker, conversation = understanding.finding.speaker, turn.conversation
    young = conversation.sounds_young if speaker is Speaker.UNKNOWN else speaker in YOUNG
    return replace(turn, conversation=replace(conversation, language=understanding.language, sounds_young=young))


def _disclosed(control: Control, understanding: Understanding) -> bool:
    """A cry for help that triage hears as a disclosure gets the disclosure's answer; it has the numbers too."""
    return control is Control.HELP and understanding.finding.level >= Level.URGENT


def _control(control: Control, turn: TurnToTake, understanding: Understanding) -> Plan | None:
    if control is Control.PERSON or control in controls.FOR_RASA or control in controls.OF_MATTERS:
        return None
    if control is Control.START and not turn.conversation.greeted:
        return _greeting(turn, understanding)
    return answered(controls.answer(control, turn), understanding)


def _of_matter(visit: Visit, decision: Decision, matters: Matters, control: Control | None) -> Answer | None:
    """The answer of the matter that the choice, the word or the open question belongs to, when nothing more pressing is there."""
    held = decision.reason == "held"
    if not decision.ask_bot and not held:
        return None
    code = controls.OF_MATTERS.get(control) or meant(visit.turn, visit.book)
    if code is None:
        return matters.hear_while_held(visit) if held else matters.hear(visit)
    if not matters.owns(code) or (held and matters.silent_while_held(code)):
        return None
    return matters.choose(code, visit)


def answered(answer: Answer, understanding: Understanding) -> Plan:
    level = max(answer.conversation.level, understanding.finding.level, answer.decision.open_level or Level.NONE)
    quiet = answer.conversation.quiet or answer.decision.quiet
    conversation = replace(answer.conversation, level=level, quiet=quiet)
    return Plan(conversation, answer.decision, answer.decision.says, understanding, effects=answer.effects)


def _greeting(turn: TurnToTake, understanding: Understanding) -> Plan:
    """A messenger's own first word is a start: the first thing said is who is speaking."""
    other = "language:ru" if turn.conversation.language == "az" else "language:az"
    decision = Decision(says=(Say("greeting", (other, "menu", "person", "help")),), reason="greeting")
    return Plan(replace(turn.conversation, greeted=True), decision, decision.says, understanding)


def _for_kind(turn: TurnToTake, understanding: Understanding, decision: Decision) -> Decision:
    """Edited wordings are answered only when they raise something; pictures and the like are always explained."""
    if turn.kind == Kind.EDITED.value and decision.open_level is None:
        return replace(decision, says=(), ask_bot=False, reason="edited")
    if turn.kind == Kind.LOCATION.value and turn.choice is not None and decision.ask_bot:
        return decision  # its district is known: the matter asks about it
    if turn.kind in NOT_WORDS:
        said = Say(NOT_WORDS[turn.kind], () if decision.open_level else ("person", "help"))
        return replace(decision, says=(*decision.says, said), ask_bot=False, reason=decision.reason or turn.kind)
    if understanding.foreign and decision.ask_bot and turn.choice is None:
        said = Say("language_other", ("language:az", "language:ru"))
        return replace(decision, says=(said,), ask_bot=False, reason="foreign_language")
    return decision


def _finished(
    conversation: Conversation, decision: Decision, says: tuple[Say, ...], understanding: Understanding, now: datetime
) -> Plan:
    says = tuple(_with_safety_buttons(say, decision, conversation) for say in says)
    changed = replace(
        conversation,
        level=max(conversation.level, understanding.finding.level, decision.open_level or Level.NONE),
        quiet=decision.quiet or conversation.quiet,
        safety_asked_at=now if decision.ask_safety else conversation.safety_asked_at,
        last_concern_at=now if understanding.finding.level is Level.CONCERN else conversation.last_concern_at,
        greeted=conversation.greeted or bool(says),
        asking=None if decision.open_level is not None else conversation.asking,
    )
    return Plan(changed, decision, says, understanding)


def _with_safety_buttons(say: Say, decision: Decision, conversation: Conversation) -> Say:
    """The question's text names 1, 2, 3; a messenger shows them as buttons too."""
    asks = decision.ask_safety and say.key.startswith("next_asking")
    return replace(say, choices=controls.SAFETY_CHOICES) if asks and not is_sms(conversation) else say


def _ask_rasa(
    visit: Visit,
    understanding: Understanding,
    decision: Decision,
    control: Control | None,
    rasa: Dialogue,
    matters: Matters,
) -> Plan:
    turn = visit.turn
    choice = Control.MENU.value if control is Control.MENU else meant(turn, visit.book)
    quiet = turn.conversation.quiet and control is not Control.MENU
    try:
        result = rasa.turn(_request(turn, understanding, choice, quiet))
        if not result.replies and not result.asks:
            raise DialogueFailed("silent")
    except DialogueFailed as failed:
        if choice is not None and tells(asked := Say(choice)):  # a text needs no dialogue, and its opening no case
            listener = _listener(turn.conversation, turn.conversation.profile, quiet, visit.book)
            said = told(asked, visit.book.library, listener, turn.text)
            return _finished(turn.conversation, decision, (said,), understanding, visit.now)
        return without_rasa(turn, understanding, failed.reason)
    return _from_rasa(visit, understanding, replace(decision, quiet=quiet), result, matters)


def _request(turn: TurnToTake, understanding: Understanding, choice: str | None, quiet: bool) -> TurnRequest:
    finding = understanding.finding
    return TurnRequest(
        conversation=turn.conversation.pseudonym,
        text=turn.text,
        channel="sms" if is_sms(turn.conversation) else "telegram",
        language=understanding.language,
        canonical=understanding.views.canonical,
        level=finding.level.name.lower(),
        risks=tuple(risk.value for risk in finding.risks),
        speaker=finding.speaker.value,
        choice=choice,
        vector=understanding.vector,
        quiet=quiet,
        profile=turn.conversation.profile,
        state=turn.conversation.dialogue,
    )


def without_rasa(turn: TurnToTake, understanding: Understanding, reason: str) -> Plan:
    """A safe reply, and one hand-off a conversation: a fault of ours must not lose anybody."""
    said = Say("technical" if turn.staffed else "technical_unstaffed")
    first = not turn.conversation.technical_handoff and turn.case is None
    decision = Decision(
        says=(said,),
        open_level=max(Level.CONCERN, understanding.finding.level) if first else None,
        due=DUE[Level.CONCERN],
        alert="alert_technical" if first else None,
        reason=f"rasa_{reason}",
    )
    conversation = replace(turn.conversation, technical_handoff=True)
    return Plan(conversation, decision, decision.says, understanding, technical=reason)


def _from_rasa(
    visit: Visit, understanding: Understanding, decision: Decision, result: TurnResult, matters: Matters
) -> Plan:
    before = visit.conversation
    profile = _remembered(before.profile, result.asks)
    conversation = replace(
        before, profile=profile, quiet=decision.quiet, dialogue={**result.state, _MODEL_KEY: result.model}
    )
    listener = _listener(conversation, profile, decision.quiet, visit.book)
    says: tuple[Say, ...] = ()
    effects: tuple[Effect, ...] = ()
    for reply in result.replies:
        answer = _led_into(reply.say, _with(conversation, visit), matters)
        if answer is None and reply.say.startswith("ask_") and conversation.asking not in (None, before.asking):
            continue  # the matter has asked: never two questions at once
        if answer is None:
            says = (*says, _said(reply, visit.book, listener, visit.turn.text))
            continue
        conversation, effects = answer.conversation, (*effects, *answer.effects)
        decision = replace(answer.decision, quiet=decision.quiet)
        says = (*says, *answer.decision.says)
    if any(ask.kind == "help" for ask in result.asks):
        listed = _led_into("place:numbers", _with(conversation, visit), matters)
        says = (*says, *(listed.decision.says if listed else (Say("help_card", ("person",)),)))
    says, effects = matters.with_notices(visit, says, effects)
    conversation, says = introduced(conversation, says, visit.book)
    topics = tuple(topic.code for topic in result.topics[:3])
    made = Plan(conversation, decision, says, understanding, topics, effects=effects)
    handed = hand_off.asked(result.asks)
    return made if handed is None else _handed_over(made, handed, visit.turn)


def _handed_over(made: Plan, handed: hand_off.HandOff, turn: TurnToTake) -> Plan:
    """A guide ended with a person: the case opens in this turn's commit, whatever else was said."""
    decision = hand_off.decided(handed, turn, made.decision)
    level = max(made.conversation.level, handed.level)
    return replace(
        made,
        conversation=replace(made.conversation, level=level, quiet=decision.quiet),
        decision=decision,
        says=(*made.says, hand_off.told(handed, turn.staffed)),
        effects=(*made.effects, *hand_off.effects(handed)),
    )


def _with(conversation: Conversation, visit: Visit) -> Visit:
    return replace(visit, turn=replace(visit.turn, conversation=conversation))


def _led_into(say: str, visit: Visit, matters: Matters) -> Answer | None:
    """What a matter answers where Rasa names it: `course:list`."""
    return matters.choose(say, visit) if matters.owns(say) else None


def _said(reply: Reply, book: Phrasebook, listener: Listener, text: str) -> Say:
    say = Say(reply.say, reply.choices, reply.values)
    return told(say, book.library, listener, text) if tells(say) else say


def _listener(conversation: Conversation, profile: Profile, quiet: bool, book: Phrasebook) -> Listener:
    sounds = "child" if conversation.sounds_young else None
    audience = sounds if profile.audience is None else profile.audience
    age = profile.age_band if audience == profile.audience else None
    ahead = controls.part_ahead(conversation.open_choices)
    return Listener(audience, age, conversation.language or "az", conversation.channel, quiet, ahead, book.guides)


def _remembered(profile: Profile, asks: tuple[Ask, ...]) -> Profile:
    for ask in asks:
        if ask.kind == "remember":
            known = {name: value for name, value in ask.values.items() if name in Profile.__dataclass_fields__}
            profile = replace(profile, **known)
    return profile
