"""`SMPP_URL`: what may stand there, and what is said of what may not."""

from __future__ import annotations

import pytest

from channels.sms_smpp import links
from channels.sms_smpp.links import BadLink, Link


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://u@h?sender=9010", "smpp://"),
        ("smpp://u@?sender=9010", "smpp://"),
        ("smpp://u:secret@h?sender=9010", "SMPP_PASSWORD"),
        ("smpp://h?name=a&sender=9010", "user"),
        ("smpp://u@h?name=a", "sender"),
        ("smpp://u@h?name=a&sender=x!", "sender"),
        ("smpp://u@h?name=A%20B&sender=9010", "name"),
        ("smpp://u@h?name=a&sender=9010&window=0", "window"),
        ("smpp://u@h?name=a&sender=9010&per_second=fast", "per_second"),
        ("smpp://u@h?name=a&sender=9010&prefixes=50,x", "prefixes"),
        ("smpp://u@h?name=a&sender=9010&ids=octal", "ids"),
        ("smpp://u@h?name=a&sender=9010&colour=red", "colour"),
        ("smpp://u@h?name=a&sender=9010 smpp://u@i?name=a&sender=9010", "one name"),
        ("smpp://a-user-that-is-too-long@h?name=a&sender=9010", "15"),
        ("smpp://u@h:99999?name=a&sender=9010", "smpp://"),
    ],
)
def test_link_that_cannot_be_used_is_told_in_one_line_without_secrets(url: str, says: str) -> None:
    with pytest.raises(BadLink) as bad:
        links(url, {"": "hiddenpw"})
    said = str(bad.value)
    assert says in said
    assert "\n" not in said
    assert not [secret for secret in ("hiddenpw", "secret", "too-long") if secret in said]


def test_password_of_a_link_beats_the_common_one_and_none_is_shown() -> None:
    found = links(
        "smpp://u@h?name=nar-1&sender=9010, smpps://u@i?name=two&sender=%2B994500000009", {"": "common", "NAR_1": "own"}
    )
    assert [(link.name, link.password, link.port, link.tls, link.ton) for link in found] == [
        ("nar-1", "own", 2775, False, 0),
        ("two", "common", 3550, True, 1),
    ]
    assert not [word for word in ("common", "own", "'u'", "'h'") if word in repr(found)]


def test_password_longer_than_smpp_allows_is_refused() -> None:
    with pytest.raises(BadLink, match="at most 8"):
        links("smpp://u@h?name=a&sender=9010", {"": "a-long-password"})


def test_links_without_a_name_have_their_hosts() -> None:
    assert [link.name for link in links("smpp://u@smsc.example:2776?sender=9010", {"": "p"})] == ["smsc"]
    assert isinstance(links("smpp://u@smsc.example?sender=9010", {"": "p"})[0], Link)
