"""The building: takes a request to its room, lets scripted faults happen to it, and writes it into the ledger."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fiscal.sandbox import console, control, doors, faults, ledger, replays, wsgi
from fiscal.sandbox.desk import ROOMS, Desk
from fiscal.sandbox.rooms import Call, Room
from fiscal.sandbox.web import Refusal, Reply, Request, error_reply


class Sandbox(Desk):
    """A stand-in for the providers. A WSGI application; tests also reach into it directly.

    path:  SQLite file shared by several processes, or ":memory:" for a fresh one of this process
    clock: unix seconds; everything that takes time here (tokens, limits, visibility, replays) follows it
    hosts: further host names under which it may be called (it answers loopback names only)

    What tests and programs reach for beside the interfaces is described at `Desk`.
    """

    def __init__(
        self, path: str | Path = ":memory:", *, clock: Callable[[], float] = time.time, hosts: Iterable[str] = ()
    ) -> None:
        super().__init__(path, clock=clock)
        self.hosts = doors.LOOPBACK | frozenset(hosts)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI. Broken connections need a server that hands out its socket: gunicorn, or `fiscal.sandbox.server`."""
        return wsgi.respond(self.answer, environ, start_response)

    def answer(self, request: Request) -> Reply:
        """Answer one request, with whatever the network then does to the answer. Never raises for what is asked."""
        try:
            doors.check(request, self.hosts)
            for room in ROOMS:
                if request.path.startswith(f"{room.base}/"):
                    return self._provide(room, request)
            self.run_due()
            if request.path.startswith("/_control/"):
                return control.answer(self, request)
            return console.answer(self, request)
        except Refusal as refusal:
            return refusal.reply()

    def run_due(self) -> int:
        """Run the replayed requests that are due by the clock; every request does this first. Returns how many ran."""
        with self.store.transaction() as db:
            due = replays.take_due(db, self.clock())
            for request in due:
                room = next(room for room in ROOMS if request.path.startswith(f"{room.base}/"))
                reply, call = self._work(db, room, request, faults.Script())
                credential = room.credential(db, request)
                self._note(
                    db, room, request, reply, call.effects, credential=credential, fault="replayed", arrived=False
                )
        return len(due)

    def _provide(self, room: Room, request: Request) -> Reply:
        started = time.perf_counter()
        with self.store.transaction() as db:
            self.run_due()
            credential = room.credential(db, request)
            script = self.faults.script(db, request, credential)
            effects: list[str] = []
            reply = script.refusal(request, self.clock())
            if reply is None:
                reply, call = self._work(db, room, request, script)
                effects = call.effects
                later = script.option("replay_later", "seconds")
                if later is not None:
                    replays.keep(db, request, self.clock() + later)
            status = reply.status
            reply = script.spoiled(reply)
            self._note(
                db,
                room,
                request,
                reply,
                effects,
                credential=credential,
                fault=script.names,
                arrived=reply.arrives,
                status=(reply.status if reply.arrives else status) if script.reaches_provider else None,
                seen=script.reaches_provider,
            )
        reply.headers.setdefault("X-Request-Id", _request_id(request))
        taken = f"{(time.perf_counter() - started) * 1000:.1f}ms"
        reply.headers.update(room.headers, **{"X-Response-Time": taken, "Response-Time": taken})
        return reply

    def _work(self, db: sqlite3.Connection, room: Room, request: Request, script: faults.Script) -> tuple[Reply, Call]:
        call = Call(
            db,
            request,
            self.clock(),
            room.rules(db),
            hide=script.option("delayed_visibility", "seconds"),
            token_life=script.option("token_life", "seconds"),
            around={kind: fault.options for kind, fault in script.around.items()},
        )
        try:
            return room.answer(call), call
        except Refusal as refusal:
            return error_reply(refusal.status, refusal.message, refusal.code), call

    def _note(
        self,
        db: sqlite3.Connection,
        room: Room,
        request: Request,
        reply: Reply,
        effects: list[str],
        *,
        credential: str,
        fault: str = "",
        arrived: bool = True,
        status: int | None = -1,
        seen: bool = True,
    ) -> None:
        self.ledger.write(
            db,
            at=self.clock(),
            room=room.name,
            method=request.method,
            path=request.path,
            query=request.query,
            body=ledger.readable_body(request),
            status=reply.status if status == -1 else status,
            seen=seen,
            arrived=arrived,
            fault=fault,
            credential=credential[: ledger.KEY_SHOWN],
            request_id=_request_id(request),
            effect="; ".join(effects),
        )


def _request_id(request: Request) -> str:
    """The caller's request id, or a new one that stays with the request."""
    known = request.headers.get("x-request-id") or request.headers.get("request-id")
    if not known:
        known = request.headers["x-request-id"] = str(uuid.uuid4())
    return known[:100]
