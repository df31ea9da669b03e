"""The menu: for a child or an adult, its sections, and what is in them. What it shows is data/menu.yml."""

from __future__ import annotations

from dataclasses import replace

from helpline.controls import Answer
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form

AUDIENCES = ("child", "parent")
# Stands first in every menu.
HELP_NOW = "guide:help_now"
# What a screen holds, and what stays within two parts of an SMS.
_PAGE = {"telegram": 8, "sms": 4}


class Menu:
    """Codes: `open` (for whoever writes), an audience, `<audience>:<section>`, `<audience>:<section>:<page from 2>`."""

    name = "menu"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        audience, _, rest = code.partition(":")
        section, _, page = rest.partition(":")
        sections = visit.book.menu
        if visit.conversation.quiet:
            return _said(visit, Say("calm_support", ("help", "person", "misunderstood")))
        if audience == "open":
            known = _audience(visit)
            return (
                _sections(known, visit) if known else _said(visit, Say("menu", (HELP_NOW, *_whose(), "person", "help")))
            )
        if audience not in AUDIENCES:
            return None
        if not section:
            return _sections(audience, visit)
        entries = sections[audience].get(section)
        return None if entries is None else _section(f"{audience}:{section}", entries, page, visit)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        return None


def _whose() -> tuple[str, ...]:
    return tuple(f"audience:{audience}" for audience in AUDIENCES)


def _audience(visit: Visit) -> str | None:
    told = visit.conversation.profile.audience
    return told or ("child" if visit.conversation.sounds_young else None)


def _sections(audience: str, visit: Visit) -> Answer:
    shown = tuple(f"menu:{audience}:{section}" for section in visit.book.menu[audience])
    return _said(visit, Say(f"menu_{audience}", (HELP_NOW, *shown, "person")))


def _section(name: str, entries: tuple[str, ...], page: str, visit: Visit) -> Answer:
    form = channel_form(visit.conversation.channel)
    size, number = _PAGE[form], int(page) if page.isdigit() and int(page) > 0 else 1
    shown = entries[(number - 1) * size : number * size]
    if not shown:
        return _section(name, entries, "", visit)
    more = (f"menu:{name}:{number + 1}",) if len(entries) > number * size else ()
    back = () if form == "sms" else ("menu",)
    title = visit.book.label(f"menu:{name}", visit.conversation.language or "az")
    return _said(visit, Say("menu_section", (*shown, *more, *back), {"section": title}))


def _said(visit: Visit, say: Say) -> Answer:
    decision = Decision(says=(say,), quiet=visit.conversation.quiet, reason="menu")
    return Answer(decision, replace(visit.conversation, asking=None))
