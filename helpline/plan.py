"""The safety plan: the person's own, when one was built with them, else the general one for what they told of.

It needs no Rasa, and it is shown while a counsellor holds the case too.
"""

from __future__ import annotations

from helpline import suicide
from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say
from helpline.showing_plans import step_by_step


class Plan:
    """Codes: `show`, and on SMS `show:<number>` for a step of one's own plan."""

    name = "plan"
    while_held = True

    def choose(self, code: str, visit: Visit) -> Answer | None:
        what, _, number = code.partition(":")
        if what != "show":
            return None
        plan, conversation = visit.turn.own_plan, visit.conversation
        says: tuple[Say, ...] = (general(visit.turn),)
        if plan is not None:
            says = step_by_step(plan, visit.book, conversation.channel, int(number) if number.isdecimal() else 1)
        return Answer(Decision(says=says, quiet=conversation.quiet, reason="plan"), conversation)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        return None


def general(turn: TurnToTake) -> Say:
    """For thoughts of dying the plan for them; for somebody else's, what to do beside that person; else the plan for home.

    After the panic word it is the plan for home, whatever was told: somebody else may be asking.
    """
    hidden = turn.conversation.discretion.hidden_at is not None
    speaker = None if hidden else suicide.who_told(turn.past.told)
    if speaker is None:
        return Say("safety_plan_home", ("person", "help"))
    if speaker in suicide.OWN:
        return Say("safety_plan_suicide", ("person", "breathing"))
    return Say(suicide.first_key(speaker), ("person", "help"))
