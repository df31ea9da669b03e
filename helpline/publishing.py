"""A text on its way to people: written, reviewed by somebody else, published by a third person; and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from helpline.access import May, about, rules
from helpline.accounts import Account
from helpline.phrasebook import Phrasebook
from helpline.ports import Bell, Clock, Store, Unit
from helpline.text_catalog import Text, text_of
from helpline.text_check import FieldFault, cleaned, faults_of
from helpline.text_fields import fingerprint
from helpline.text_versions import Step, TextState, Version

LONGEST_COMMENT = 1000


class CannotPublish(ValueError):
    """Nothing was changed. The message is a code that the console has words for."""


class HasFaults(Exception):
    """The text breaks a rule; a draft may be kept like this, but goes no further."""

    def __init__(self, faults: list[FieldFault]) -> None:
        super().__init__()
        self.faults = faults


class ChangedMeanwhile(Exception):
    """Somebody else changed the same version since it was read."""


class Publishing:
    """Every step is one transaction, kept with who took it and when."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def save(self, key: str, fields: Mapping[str, str], by: Account, revision: int) -> int:
        """Keep a draft, with faults or without. `revision` 0: there was none when the page was read. Return its revision.

        Whoever writes at a version that was sent or reviewed takes it back to a draft.
        """
        text = self._text(key)
        typed = cleaned(text, fields)
        with self._store.unit() as unit:
            known = unit.open_version(key)
            if (0 if known is None else known.revision) != revision:
                raise ChangedMeanwhile
            if known is None:
                self._begin(unit, text, typed, by)
                return 1
            changed = replace(known, fields=typed, writer=by.id, written_at=self._clock.now())
            self._move(unit, replace(changed, state=TextState.DRAFT, reviewer=None, reviewed_at=None), revision)
            self._note(unit, known, by, "written")
        return revision + 1

    def _begin(self, unit: Unit, text: Text, typed: Mapping[str, str], by: Account) -> None:
        version = Version(text.key, typed, fingerprint(text.written), by.id)
        number = unit.add_version(version, self._clock.now())
        if number is None:
            raise ChangedMeanwhile
        self._note(unit, replace(version, id=number), by, "written")

    def send(self, key: str, by: Account, revision: int) -> None:
        """Ask somebody else to review the draft. Raise HasFaults."""
        with self._store.unit() as unit:
            version = self._at(unit, key, TextState.DRAFT, revision)
            self._sound(version)
            self._move(unit, replace(version, state=TextState.SENT), revision)
            self._note(unit, version, by, "sent")

    def review(self, key: str, by: Account, revision: int, *, forward: bool, comment: str) -> None:
        """Somebody who did not write it sends it on, or back with a comment."""
        comment = comment.strip()[:LONGEST_COMMENT]
        if not forward and not comment:
            raise CannotPublish("comment")
        with self._store.unit() as unit:
            version = self._at(unit, key, TextState.SENT, revision)
            self._other(May.REVIEW_TEXTS, by, unit.writers(version.id))
            if forward:
                self._sound(version)
            done = {"reviewer": by.id, "reviewed_at": self._clock.now()} if forward else {}
            state = TextState.REVIEWED if forward else TextState.DRAFT
            self._move(unit, replace(version, state=state, **done), revision)  # type: ignore[arg-type]  # fields of a version
            self._note(unit, version, by, "reviewed" if forward else "returned", comment)

    def publish(self, key: str, by: Account, revision: int) -> int:
        """Somebody who neither wrote nor reviewed it puts it before people; return its number. Raise HasFaults."""
        with self._store.unit() as unit:
            version = self._at(unit, key, TextState.REVIEWED, revision)
            self._other(May.PUBLISH_TEXTS, by, unit.writers(version.id) | {version.reviewer or 0})
            self._sound(version)
            number = self._next(unit, key)
            told = {"number": number, "publisher": by.id, "published_at": self._clock.now()}
            self._move(unit, replace(version, state=TextState.PUBLISHED, **told), revision)  # type: ignore[arg-type]  # fields of a version
            self._note(unit, version, by, "published")
        self._changed()
        return number

    def drop(self, key: str, by: Account, revision: int) -> None:
        """Give an open version up; what people read stays."""
        with self._store.unit() as unit:
            version = unit.open_version(key)
            if version is None or version.revision != revision:
                raise ChangedMeanwhile
            self._move(unit, replace(version, state=TextState.DROPPED), revision)
            self._note(unit, version, by, "dropped")

    def roll_back(self, key: str, number: int, by: Account, last: int) -> int:
        """Put an earlier version before people again, 0: what the files say; return its new number.

        `last` is the number that the page showed as the newest. It was reviewed once; it has to keep today's rules.
        """
        with self._store.unit() as unit:
            published = unit.published_versions(key)
            if (published[0].number if published else 0) != last or number >= last:
                raise ChangedMeanwhile
            self._other(May.PUBLISH_TEXTS, by, frozenset())
            again = self._earlier(published, key, number, by)
            new = unit.add_version(replace(again, number=last + 1, published_at=self._clock.now()), self._clock.now())
            if new is None:
                raise ChangedMeanwhile
            self._note(unit, replace(again, id=new), by, "rolled_back")
        self._changed()
        return last + 1

    def _earlier(self, published: list[Version], key: str, number: int, by: Account) -> Version:
        text = self._text(key)
        if number == 0:
            return Version(key, {}, fingerprint(text.written), by.id, TextState.PUBLISHED, publisher=by.id)
        version = next((one for one in published if one.number == number), None)
        if version is None:
            raise CannotPublish("unknown")
        if version.fields:
            self._sound(version)
        return replace(version, publisher=by.id)

    def _text(self, key: str) -> Text:
        self._book.reload()
        text = text_of(self._book, key)
        if text is None:
            raise CannotPublish("unknown")
        return text

    def _at(self, unit: Unit, key: str, state: TextState, revision: int) -> Version:
        version = unit.open_version(key)
        if version is None or version.revision != revision or version.state is not state:
            raise ChangedMeanwhile
        return version

    def _sound(self, version: Version) -> None:
        faults = faults_of(self._book, self._text(version.key), version.fields)
        if faults:
            raise HasFaults(faults)

    def _other(self, action: May, by: Account, before: frozenset[int]) -> None:
        facts = about(by) | (frozenset() if by.id in before else frozenset({"another"}))
        if not rules().allows(action, facts):
            raise CannotPublish("needs_another")

    def _next(self, unit: Unit, key: str) -> int:
        published = unit.published_versions(key)
        return 1 + (published[0].number or 0 if published else 0)

    def _move(self, unit: Unit, version: Version, revision: int) -> None:
        if not unit.move_version(version, revision):
            raise ChangedMeanwhile

    def _note(self, unit: Unit, version: Version, by: Account, what: str, comment: str = "") -> None:
        now = self._clock.now()
        unit.add_step(version.id, Step(by.id, what, now, comment))
        unit.note_audit(by.id, f"text_{what}", now, {"text": version.key, "version": version.id})

    def _changed(self) -> None:
        """Here at once; the other processes look every few seconds."""
        self._book.reload()
        self._bell.ring("texts")
