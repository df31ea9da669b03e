"""The door into Rasa: what a turn promises, whatever is said in it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.rasa.conftest import run_bot

CANARY = "qoqkanarya1937"
BOUND_BYTES = 6_000


def test_ready_names_the_model_that_is_served(bot):
    answered = bot.http.get("/ready")
    assert (answered.status_code, answered.json()) == (200, {"status": "ready", "model": bot.model})


def test_model_is_named_by_the_fingerprint_of_what_it_is_made_of(bot, model):
    assert model.name == f"rasa-{bot.model}.tar.gz"


@pytest.mark.parametrize(
    "turn",
    [
        pytest.param({"text": "Salam", "language": "az"}, id="a greeting"),
        pytest.param({"text": "цщзх йфвы"}, id="gibberish"),
        pytest.param({"choice": "topic:tantrums"}, id="a topic by button"),
        pytest.param({"choice": "profile"}, id="the beginning of a form"),
        pytest.param({"text": "привет", "quiet": True}, id="a greeting after a disclosure"),
    ],
)
def test_same_turn_twice_gives_the_same_result(bot, talk, turn):
    person = talk()
    person.say("здравствуйте")
    first, second = (bot.post(person.request(**turn)) for _ in range(2))
    assert first.json() == second.json()


def test_state_and_memory_stay_bounded_over_300_turns(bot, talk):
    person = talk()
    turns = ["привет", "topic:tantrums", "цщзх йфвы", "profile", "audience:parent", "боюсь экзаменов", "skip", "menu"]
    sizes = []
    for number in range(300):
        turn = turns[number % len(turns)]
        person.press(turn) if ":" in turn or turn in ("profile", "skip", "menu") else person.say(turn)
        sizes.append(len(json.dumps(person.state)))
        if number == 60:
            resident = bot.resident_kib()
    assert max(sizes) < BOUND_BYTES
    assert max(sizes[-80:]) <= max(sizes[:80])
    assert bot.resident_kib() - resident < 20_000


def test_state_carries_no_text_and_no_time(talk):
    person = talk()
    person.say(f"ребёнок плачет {CANARY}")
    person.press("profile")
    person.say(f"{CANARY} 13")
    written = json.dumps(person.state)
    assert CANARY not in written
    assert "time" not in written


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "/session_start",
        "/back",
        "/profile",
        '/inform{"audience": "child"}',
        "/topic:tantrums",
        "/EXTERNAL: x",
    ],
)
def test_typed_command_is_only_text(talk, typed):
    commanded, plain = talk(), talk()
    same = commanded.request(typed)
    assert commanded.say(typed) == plain.say(typed.lstrip("/"), canonical=same.canonical, vector=same.vector)
    assert [ask.kind for ask in commanded.last.asks] == []
    assert commanded.last.replies == plain.last.replies


def test_typed_profile_command_with_entities_fills_nothing(talk):
    person = talk()
    person.press("profile")
    person.say('/inform{"audience": "child"}')
    assert "audience" not in person.state["slots"]


@pytest.mark.parametrize(
    "text", ["", " ", "/", "😀", "\u200b", "a" * 5000, "hə", "нет", "7 yaş", "keç", "daha çox"], ids=repr
)
def test_text_without_words_is_answered(talk, text):
    assert talk().say(text)


def test_unknown_choice_is_read_as_its_label(talk):
    known, unknown = talk(), talk()
    assert unknown.say("привет", choice="topic:of_another_version") == known.say("привет") == ("greeting",)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("topic:tantrums", ("content:tantrums",)),
        ("item:P07", ("item:P07",)),
        ("item:P07:2", ("item:P07:2",)),
        ("more:tantrums", ("near:tantrums",)),
        ("topic:helpline_numbers", ()),
        ("menu", ("menu:open",)),
        ("skip", ("menu:open",)),
        ("profile", ("ask_audience",)),
        ("none_of_these", ("offer_person",)),
        ("audience:parent", ("menu:parent",)),
        ("district:ganja", ("profile_saved",)),
    ],
)
def test_choice_is_taken_for_what_it_is(talk, choice, said):
    assert talk().press(choice) == said


def test_topic_by_button_is_certain(talk):
    person = talk()
    person.press("topic:tantrums")
    assert [(topic.code, topic.confidence) for topic in person.last.topics] == [("tantrums", 1.0)]


def test_numbers_are_asked_of_the_service(talk):
    person = talk()
    person.press("topic:helpline_numbers")
    assert [(ask.kind, dict(ask.values)) for ask in person.last.asks] == [("help", {})]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken JSON"),
        pytest.param(b"\xff\xfe", id="no text at all"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(json.dumps({"conversation": "c", "text": CANARY}).encode(), id="fields missing"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
    ],
)
def test_malformed_request_is_refused_without_its_text(bot, body):
    answered = bot.http.post("/turns", content=body)
    assert answered.status_code == 422
    assert list(answered.json()) == ["error"]
    assert CANARY not in answered.text


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(
            {"model": "other", "loop": "no_such_form", "events": [{"event": "nonsense"}]}, id="of another model"
        ),
        pytest.param({}, id="empty"),
        pytest.param({"slots": 3, "loop": [], "events": "x"}, id="of another shape"),
    ],
)
def test_state_that_does_not_fit_is_dropped(bot, talk, state):
    person = talk(state=state)
    assert person.say("привет") == ("greeting",)


def test_model_mismatch_drops_the_form_and_keeps_what_was_told(talk):
    person = talk()
    person.press("profile")
    person.press("audience:child")
    assert person.state["loop"] == "guide_form"
    person.state = {**person.state, "model": "an earlier one"}
    person.say("привет")
    assert person.state["loop"] is None
    assert person.state["slots"]["audience"] == "child"
    assert person.state["slots"].get("requested_slot") is None


def test_disclosure_ends_the_form(talk):
    person = talk()
    person.press("profile")
    person.quiet = True
    assert person.say("цщзх йфвы") == ("calm_support",)
    assert person.state["loop"] is None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(500, f'{{"error": "{CANARY}"}}', id="an action that crashed"),
        pytest.param(200, f'{{"events": "{CANARY}"}}', id="an action that answered nonsense"),
        pytest.param(404, f'{{"error": "{CANARY}", "action_name": "x"}}', id="an unknown action"),
    ],
)
def test_crash_is_500_with_a_class_name_alone(bot, talk, broken_actions, status, body):
    broken_actions(status, body)
    answered = bot.post(talk().request(f"привет {CANARY}", choice="topic:tantrums"))
    assert answered.status_code == 500
    assert list(answered.json()) == ["error"]
    assert answered.json()["error"].isidentifier()


def test_turn_after_a_crash_is_as_if_it_had_not_been(bot, talk, broken_actions):
    person, other = talk(), talk()
    person.press("profile")
    other.press("profile")
    broken_actions(500, "{}")
    assert bot.post(person.request(choice="audience:child")).status_code == 500
    bot.gate.broken = None
    assert person.press("audience:child") == other.press("audience:child") == ("ask_age_child",)
    assert person.state == other.state


def test_crash_in_a_form_is_a_crash(bot, talk, broken_actions):
    person = talk()
    person.press("profile")
    broken_actions(500, "{}")
    assert bot.post(person.request(choice="audience:parent")).status_code == 500


def test_actions_get_no_text_and_no_pseudonym(bot, talk):
    bot.gate.seen.clear()
    person = talk()
    person.say(f"привет {CANARY}")
    person.say(f"цщзх {CANARY}")
    person.press("profile", text=CANARY)
    assert len(bot.gate.seen) >= 3
    sent = b"".join(bot.gate.seen)
    assert CANARY.encode() not in sent
    assert b"person-1" not in sent


def test_no_log_has_a_word_of_what_was_said(bot, talk, broken_actions):
    person = talk()
    for text in (f"мой отчим бьёт меня {CANARY}", f"/restart {CANARY}", CANARY, f'/inform{{"audience": "{CANARY}"}}'):
        person.say(text, risks=("physical_violence",), level="urgent")
    bot.http.post("/turns", content=f'{{"text": "{CANARY}"}}')
    bot.http.get(f"/{CANARY}")
    broken_actions(500, f'{{"error": "{CANARY}"}}')
    bot.post(person.request(f"привет {CANARY}", choice="menu"))
    bot.post(person.request(CANARY, state={"model": bot.model, "events": [{"event": CANARY}]}))
    assert CANARY not in bot.logged()
    assert "turn_crashed error=" in bot.logged()


def test_interleaved_conversations_do_not_mix(talk):
    alone, first, second = talk(), talk(), talk()
    turns = ["profile", "audience:child", "age:11-14", "district:ganja"]
    others = ["topic:tantrums", "profile", "audience:parent", "skip"]
    expected = [alone.press(turn) for turn in turns]
    seen = []
    for turn, other in zip(turns, others, strict=True):
        seen.append(first.press(turn))
        second.press(other)
    assert seen == expected
    assert first.state == alone.state


def test_turns_at_the_same_time_do_not_mix(bot, talk):
    people = [talk() for _ in range(12)]
    for number, person in enumerate(people):
        person.press("profile")
        person.press("audience:child" if number % 2 else "audience:parent")
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(lambda person: person.press("skip"), people))
    assert results == [("ask_district",)] * 12
    audiences = [person.state["slots"]["audience"] for person in people]
    assert audiences == ["child" if number % 2 else "parent" for number in range(12)]


def test_ranking_names_topics_alone_best_first(talk):
    person = talk()
    person.say("боюсь экзаменов")
    confidences = [topic.confidence for topic in person.last.topics]
    assert confidences == sorted(confidences, reverse=True)
    assert "nlu_fallback" not in [topic.code for topic in person.last.topics]


@pytest.mark.parametrize(
    "vector", ["", "AAAA", "not base64 ✗", "AACAfw==" * 300], ids=["empty", "short", "broken", "long"]
)
def test_vector_that_is_none_is_left_out(talk, vector):
    assert talk().say("привет", vector=vector) == ("greeting",)


def test_servers_listen_on_the_loopback_alone(bot):
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"}
    ports = {f"{httpx.URL(url).port:04X}" for url in (bot.url, bot.actions_url)}
    addresses = {address for address, _, port in (entry.partition(":") for entry in listening) if port in ports}
    assert addresses == {"0100007F"}


def test_rasa_serves_without_tensorflow(bot):
    assert "tensorflow" not in Path(f"/proc/{bot.pid}/maps").read_text()


def test_nothing_but_turns_and_ready_is_served(bot):
    for path in ("/webhooks/rest/webhook", "/model/parse", "/conversations/x/tracker", "/domain", "/status"):
        assert bot.http.post(path, json={}).status_code in (404, 405)


def test_rasa_without_a_usable_model_is_never_ready(broken_rasa):
    assert httpx.get(f"{broken_rasa}/ready").status_code == 503
    assert httpx.post(f"{broken_rasa}/turns", json={}).status_code == 503


def test_server_without_a_model_says_what_to_do(tmp_path):
    refused = run_bot("serve", "--model", str(tmp_path / "none.tar.gz"))
    assert (refused.returncode, refused.stderr.rpartition(": ")[2]) == (1, "run `python -m bot train` first\n")
