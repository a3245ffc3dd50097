"""Access tokens of marketplaces: how they are read, how long they are used, and that no log shows them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from core.errors import BadAnswerError, ServerFailedError, UnauthorisedError
from core.http.credentials import Secret
from core.http.responses import ServiceResponse
from core.log import MASK, REDACTION
from core.marketplaces.pulling.tokens import AccessTokens, Token, read_token
from tests.core.marketplaces.pulled_store import StillTime


def answer(body: object) -> ServiceResponse:
    """Return an answer of a token endpoint."""
    return ServiceResponse("Amazon", "POST /token", {}, json.dumps(body).encode())


class Login:
    """Gives out tokens T1, T2, ... that last ten minutes, and refuses where it is told to."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.time = StillTime()
        self.given = 0
        self._refuses = refuses
        self.tokens = AccessTokens(self._fetch, self.time.now)

    def _fetch(self) -> Token:
        if self._refuses:
            raise ServerFailedError("Amazon", "POST /token", 500)
        self.given += 1
        return Token(Secret(f"T{self.given}"), timedelta(minutes=10))


def test_a_token_is_hidden_from_every_log() -> None:
    """From the moment it is read, also where a library would write it."""
    token = read_token(answer({"access_token": "Atza|MARKED-4711", "expires_in": 3600}))

    assert f"sent {MASK}" == REDACTION.redact("sent Atza|MARKED-4711")
    assert "MARKED" not in repr(token)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ({"expires_in": 900}, 15),
        ({"expires_in": "3600"}, 60),
        ({}, 5),
        ({"expires_in": None}, 5),
        ({"expires_in": "²"}, 5),
        ({"expires_in": "9" * 50}, 5),
    ],
)
def test_a_token_lasts_as_long_as_was_said(said: dict[str, object], minutes: int) -> None:
    """Five minutes where nothing was said."""
    assert timedelta(minutes=minutes) == read_token(answer({"access_token": "Atza|1", **said})).lasts


@pytest.mark.parametrize(
    "body",
    [
        *({}, [], "token", {"error": "no"}),
        *(
            {"access_token": value} for value in ("", " ", 7, "Atza|\ufffd", "Atza\r\nX: 1")
        ),  # no header holds the last two
    ],
)
def test_an_answer_without_a_token_is_an_error(body: object) -> None:
    """Nothing is sent without one."""
    with pytest.raises(BadAnswerError, match="access token"):
        read_token(answer(body))


def test_one_token_serves_until_a_minute_before_its_end() -> None:
    """Then it is renewed without a refusal."""
    login = Login()
    first = [login.tokens.current().get_secret_value() for _ in range(3)]
    login.time.at += timedelta(minutes=9)

    assert (["T1"] * 3, "T2") == (first, login.tokens.current().get_secret_value())


def test_a_refused_token_is_renewed_once() -> None:
    """A second refusal is the answer; the login is not asked a third time."""
    login = Login()

    def refuse() -> None:
        raise UnauthorisedError("Amazon", "GET /reports", 403)

    with pytest.raises(UnauthorisedError):
        login.tokens.asking(refuse)
    assert 2 == login.given


def test_a_login_that_fails_is_not_taken_for_a_refused_question() -> None:
    """The question is not asked at all."""
    asked: list[str] = []

    with pytest.raises(ServerFailedError):
        Login(refuses=True).tokens.asking(lambda: asked.append("asked"))
    assert [] == asked
