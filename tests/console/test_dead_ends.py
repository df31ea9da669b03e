"""No address leaves a person before an empty page, and none says whether there is something behind it."""

from __future__ import annotations

import re

import pytest

from tests.console.conftest import Console


@pytest.mark.parametrize("path", ["/nowhere", "/cases/77", "/referrals/77", "/directory/nothing", "/texts/nothing"])
def test_address_that_leads_nowhere_has_a_page_and_a_way_on(console: Console, path: str) -> None:
    person = console.counsellor("counsellor-1").open(path)
    heading = re.search(r"<h1>(.*?)</h1>", person.html)
    assert (person.status, heading and heading[1]) == (404, "There is nothing here")
    assert re.findall(r'<a class="button" href="([^"]+)"', person.html) == ["/"]


def test_part_of_a_page_that_is_not_there_stays_empty(console: Console) -> None:
    """What asks is a script: it reads the status."""
    person = console.counsellor("counsellor-1")
    answer = person.client.get("/nowhere", headers={"X-Fragment": "live"})
    assert (answer.status_code, answer.text) == (404, "")


def test_stranger_at_an_address_that_leads_nowhere_is_led_to_the_sign_in(console: Console) -> None:
    assert console.person().open("/nowhere").path == "/sign-in"


def test_districts_of_a_new_contact_stand_in_the_order_of_the_alphabet(console: Console) -> None:
    html = console.counsellor("counsellor-1", language="az").open("/contacts/new").html
    names = re.findall(r"<option[^>]*>([^<]+)</option>", html.partition('name="district"')[2])
    known = [
        name for name in names if name in {"Cəlilabad", "Daşkəsən", "İmişli", "Kürdəmir", "Salyan", "Şabran", "Tərtər"}
    ]
    assert known == ["Cəlilabad", "Daşkəsən", "İmişli", "Kürdəmir", "Salyan", "Şabran", "Tərtər"]
