"""The matter `place`: where help is near, and whom one can call.

What is verified is told; of what is not, the truth is: which bodies every district has, that their numbers are not verified yet,
which numbers answer now, and that a person can be asked. Free text is heard only while the question about the district is open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from helpline.controls import Answer
from helpline.directory import day_of
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Reader, Say, channel_form
from helpline.place_texts import Teller
from helpline.records import DAY_ONE, Place
from helpline.words import Control
from language.canonical import canonical

_LISTED = {"telegram": 5, "sms": 3}
_OFFERED_DISTRICTS = 6
_LONGEST_ANSWER = 5
# The content item on who does what and what to take along.
_ABOUT = "parent-local_services"


class Placing:
    name = "place"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        """`near`, `other`, `everywhere`, `in:<district>`, `located:<district>+…`, `show:<place>`, `about`,

        `numbers`, `number:<code>`, `call:<code>`.
        """
        kind, _, rest = code.partition(":")
        answer = _CHOSEN.get(kind)
        return None if answer is None else answer(rest, visit)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """A district, in any spelling; "yes" and "no" to a guess of ours; "skip". Anything else is for others to answer."""
        text, words = visit.turn.text, visit.book.words
        kind, _, guess = question.partition(":")
        said = words.safety_answer(text)
        if canonical(text) in words.skip or said is Control.UNSURE:
            return _everywhere("", visit)
        if kind == "is" and said is not None:
            return _in(guess, visit) if said is Control.SAFE else _ask("", visit)
        found = visit.book.directory.names.match(text) if len(text.split()) <= _LONGEST_ANSWER else None
        if found is not None and found.codes:
            return _in(found.codes[0], visit) if found.sure else _which(found.codes, visit)
        if kind != "again" and _may_be_a_name(text, visit):
            return _told(visit, Say("place_unknown", ("place:everywhere", "person")), asking="place:again")
        return None


def _may_be_a_name(text: str, visit: Visit) -> bool:
    """One word that means nothing else to the service."""
    words = visit.book.words
    known = words.control(text) is not None or words.safety_answer(text) is not None or not words.tells_language(text)
    return text.strip().isalpha() and not known


def _told(visit: Visit, *says: Say, asking: str | None = None, **changes: object) -> Answer:
    changed = {"asking": asking, **changes}
    conversation = replace(visit.conversation, **changed)  # type: ignore[arg-type]  # names are checked by replace
    return Answer(Decision(says=says, quiet=conversation.quiet, reason="place"), conversation)


def _form(visit: Visit) -> str:
    return channel_form(visit.conversation.channel)


def _teller(visit: Visit) -> Teller:
    conversation = visit.conversation
    reader = Reader(conversation.language or "az", conversation.register, conversation.channel)
    return Teller(visit.book, reader, visit.now)


def _near(_: str, visit: Visit) -> Answer | None:
    """The district that the message names, else the one that was told, else the question for it."""
    directory = visit.book.directory
    text = visit.turn.text if visit.turn.choice is None else ""
    named = directory.names.match(text, forgiving=False)
    if named.codes:
        return _in(named.codes[0], visit) if named.sure else _which(named.codes, visit)
    known = visit.conversation.profile.district
    return _in(known, visit) if known in directory.records.districts else _ask("", visit)


def _ask(_: str, visit: Visit) -> Answer:
    """Who reads what is written is told before the first question."""
    pilot = tuple(f"place:in:{code}" for code in visit.book.directory.pilot[:_OFFERED_DISTRICTS])
    choices = (*(pilot if _form(visit) == "telegram" else ()), "place:everywhere", "person")
    question = Say("ask_place", choices)
    if visit.conversation.privacy_told:
        return _told(visit, question, asking="place:district")
    return _told(visit, Say("confidentiality_short"), question, asking="place:district", privacy_told=True)


def _which(codes: tuple[str, ...], visit: Visit) -> Answer:
    choices = (*(f"place:in:{code}" for code in codes), "place:other")
    if len(codes) == 1:
        return _told(visit, Say("place_is", choices, {"district": codes[0]}), asking=f"place:is:{codes[0]}")
    return _told(visit, Say("place_which", choices), asking="place:district")


def _in(district: str | None, visit: Visit) -> Answer | None:
    """What there is in a district, which is remembered."""
    if district is None or district not in visit.book.directory.records.districts:
        return None
    places = visit.book.directory.places(district, day_of(visit.now))
    profile = replace(visit.conversation.profile, district=district)
    if not places:
        said = Say("place_unverified", _onward(visit), {"district": district})
    elif _form(visit) == "sms":
        said = _listed_on_sms(places, visit, district)
    else:
        said = _listed(places, visit, district)
    return _told(visit, said, profile=profile)


def _listed(places: list[Place], visit: Visit, district: str) -> Say:
    teller = _teller(visit)
    told = [teller.say("place_record", teller.place(place)) for place in places[: _LISTED["telegram"]]]
    return Say("place_here", _onward(visit), {"district": district, "places": "\n\n".join(told)})


def _listed_on_sms(places: list[Place], visit: Visit, district: str) -> Say:
    if len(places) == 1:
        return Say("place_record", ("place:numbers", "person"), _teller(visit).place(places[0]))
    shown = (f"place:show:{place.code}" for place in places[: _LISTED["sms"]])
    return Say("place_here", (*shown, "place:numbers"), {"district": district})


def _onward(visit: Visit) -> tuple[str, ...]:
    conversation = visit.conversation
    about = visit.book.library.get(_ABOUT)
    reads = about is not None and conversation.register == "adult" and not conversation.quiet
    before_going = ("place:about",) if reads and _form(visit) == "telegram" else ()
    return ("place:numbers", "place:other", *before_going, "person")


def _everywhere(_: str, visit: Visit) -> Answer:
    return _told(visit, Say("place_everywhere", _onward(visit)))


def _about(_: str, visit: Visit) -> Answer | None:
    if visit.book.library.get(_ABOUT) is None:
        return None
    return _told(visit, Say(f"item:{_ABOUT}", ("place:numbers", "person")))


def _show(code: str, visit: Visit) -> Answer | None:
    """A place whose time is over since it was offered is answered with what there is now."""
    place = visit.book.directory.place(code, day_of(visit.now))
    if place is None:
        return _near("", visit)
    return _told(visit, Say("place_record", ("place:numbers", "person"), _teller(visit).place(place)))


def _located(codes: str, visit: Visit) -> Answer:
    """Where a location lies; it was made into these names before it was stored (helpline/intake.py)."""
    known = tuple(code for code in codes.split("+") if code in visit.book.directory.records.districts)
    if not known:
        return _told(visit, Say("location", ("place:other", "person", "help")))
    choices = (*(f"place:in:{code}" for code in known), "place:other", "person")
    if len(known) > 1:
        return _told(visit, Say("place_located_between", choices), asking="place:district")
    return _told(visit, Say("place_located", choices, {"district": known[0]}), asking=f"place:is:{known[0]}")


def _numbers(_: str, visit: Visit) -> Answer:
    """Those of the first day in the words of the help card, and whatever else is verified."""
    told = visit.book.directory.numbers(day_of(visit.now))
    others = [number for number in told if number.code not in DAY_ONE]
    shown = tuple(f"place:number:{number.code}" for number in (others or told))
    if _form(visit) == "sms":
        return _told(visit, Say("place_numbers", (*shown[: _LISTED["sms"]], "person")))
    if not others:
        return _told(visit, Say("help_card", (*shown, "place:near", "person")))
    teller = _teller(visit)
    lines = "\n".join(teller.say("place_number_line", teller.number(number)) for number in others)
    more = Say("place_numbers_more", (*shown, "place:near", "person"), {"lines": lines})
    return _told(visit, Say("help_card"), more)


def _number(code: str, visit: Visit) -> Answer | None:
    return _of_number(code, visit, "place_number", (f"place:call:{code}", "person"))


def _call(code: str, visit: Visit) -> Answer | None:
    return _of_number(code, visit, "place_call", ("place:numbers", "person"))


def _of_number(code: str, visit: Visit, key: str, on_sms: tuple[str, ...]) -> Answer | None:
    """One that may not be told, or not any more, is named with what answers now."""
    directory = visit.book.directory
    known, told = directory.records.numbers.get(code), directory.number(code, day_of(visit.now))
    if known is None:
        return None
    teller = _teller(visit)
    if told is None:
        return _told(visit, Say("place_number_withheld", ("place:numbers", "person"), {"name": teller.own(known.name)}))
    choices = on_sms if _form(visit) == "sms" else ("place:numbers", "person")
    return _told(visit, Say(key, choices, teller.number(told)))


_CHOSEN: Mapping[str, Callable[[str, Visit], Answer | None]] = {
    "near": _near,
    "other": _ask,
    "everywhere": _everywhere,
    "in": _in,
    "about": _about,
    "show": _show,
    "located": _located,
    "numbers": _numbers,
    "number": _number,
    "call": _call,
}
