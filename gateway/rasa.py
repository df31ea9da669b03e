"""The client of Rasa: one turn over the loopback, within five seconds, from whichever server answers."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence

import httpx

from helpline.ports import DialogueFailed
from wire import TurnRequest, TurnResult, WireError

LIMIT_SECONDS = 5.0


class RasaClient:
    """Asks the servers in turn; one that does not even accept the connection is passed over."""

    def __init__(self, urls: Sequence[str], limit: float = LIMIT_SECONDS) -> None:
        self._urls = tuple(urls)
        self._start = itertools.count()
        self._http = httpx.Client(timeout=httpx.Timeout(limit, connect=1.0), trust_env=False)
        self._limit = limit

    def turn(self, request: TurnRequest) -> TurnResult:
        """Return the answer. Raise DialogueFailed: down, slow, crashed or malformed."""
        first = next(self._start)
        for number in range(len(self._urls)):
            url = self._urls[(first + number) % len(self._urls)]
            try:
                return self._ask(url, request)
            except httpx.ConnectError:
                continue
            except httpx.ConnectTimeout:
                continue
        raise DialogueFailed("down")

    def _ask(self, url: str, request: TurnRequest) -> TurnResult:
        answered = self._post(f"{url}/turns", request)
        if answered.status_code != httpx.codes.OK:
            raise DialogueFailed("crashed" if answered.status_code == 500 else "down")
        try:
            return TurnResult.from_json(answered.json())
        except (ValueError, WireError):
            raise DialogueFailed("malformed") from None

    def _post(self, url: str, request: TurnRequest) -> httpx.Response:
        try:
            return self._read(url, request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise
        except httpx.TimeoutException:
            raise DialogueFailed("slow") from None
        except httpx.HTTPError:
            raise DialogueFailed("down") from None

    def _read(self, url: str, request: TurnRequest) -> httpx.Response:
        """The limit is on the whole answer: httpx limits each read, and a trickle would pass every one."""
        over = time.monotonic() + self._limit
        with self._http.stream("POST", url, json=request.to_json()) as response:
            chunks: list[bytes] = []
            for chunk in response.iter_bytes():
                if time.monotonic() > over:
                    raise DialogueFailed("slow")
                chunks.append(chunk)
        return httpx.Response(response.status_code, content=b"".join(chunks))

    def ready(self) -> bool:
        """Tell whether some server has a model loaded."""
        return any(self._is_ready(url) for url in self._urls)

    def _is_ready(self, url: str) -> bool:
        try:
            return self._http.get(f"{url}/ready", timeout=1.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._http.close()
