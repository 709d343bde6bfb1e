"""Kontor's own words about a reading: stored once, said in the reader's language."""

from __future__ import annotations

import pytest

from fiscal.choices import WindowState
from fiscal.models import Window
from fiscal.queries.reading import window_lines
from fiscal.statistics import sentences
from fiscal.statistics.sentences import SENTENCES, in_words

VALUES = {"n": 3, "first": "total cannot be read", "counted": 12, "shown": 11, "held": 10, "kind": "KeyError"}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_said_again_with_its_values(sentence, monkeypatch):
    stored = sentence % VALUES
    assert in_words(stored) == stored
    monkeypatch.setattr(sentences, "gettext", lambda text: f"übersetzt: {text}")
    assert in_words(stored) == f"übersetzt: {stored}"


def test_what_a_provider_said_stays_as_it_is(monkeypatch):
    monkeypatch.setattr(sentences, "gettext", str.upper)
    for said in ("", "Kassandro sent 3 receipts, more than the 2 asked for.", "100 % of it"):
        assert in_words(said) == said


def test_what_a_turn_stored_is_said_at_the_connections_page(till_with_a_wrong_count, monkeypatch):
    monkeypatch.setattr(sentences, "gettext", lambda text: f"übersetzt: {text}")
    (line,) = window_lines(Window.objects.filter(state=WindowState.INCOMPLETE)[:1])
    assert line.error.startswith("übersetzt: The provider counts ")


@pytest.fixture
def till_with_a_wrong_count(connection, shelf, turn, today, monkeypatch):
    turn()
    monkeypatch.setattr(shelf, "count", lambda *_: 7)
    turn(hours=2)
