#!/usr/bin/env python3
"""Verify an exported record of Kontor without Kontor: needs Python 3.9 or later and the package `cryptography`.

    python verify_record.py record.jsonl --public-keys keys.txt [--checkpoints checkpoints.jsonl] [--audit-keys secret.txt]

keys.txt is what `manage.py audit_keys` prints. checkpoints.jsonl was kept apart from the database. secret.txt holds the
value of KONTOR_AUDIT_KEYS; only who has it can check the seals (`mac`) too, and nobody else needs it.

Exit code 0: the file holds what was recorded. 1: something was changed, removed, inserted, exchanged or cut off; each line
of the output says what and where. 2: a file cannot be read. The format stands in docs/record.md.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

START = "0" * 64
OUTSIDE = ("previous", "digest", "mac")


def canonical(value):
    """JSON in UTF-8 with sorted keys and no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def own_digest(line):
    """The digest of an entry's contents, or what stands in its place where they were withheld."""
    if "withheld" in line:
        return line["withheld"]
    facts = {name: value for name, value in line.items() if name not in OUTSIDE}
    if isinstance(facts["who"], dict):
        facts["who"] = digest_of(canonical(facts["who"]))
    return digest_of(canonical(facts))


def is_signed(facts, keys):
    """Whether one of the public keys signed a checkpoint or a closing line."""
    try:
        unsigned = {name: value for name, value in facts.items() if name != "signature"}
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys[facts["key_id"]]))
        key.verify(base64.b64decode(facts["signature"]), canonical(unsigned).encode())
    except (KeyError, ValueError, TypeError, InvalidSignature):
        return False
    return True


def read_keys(path):
    """`id:base64`, one a line or with commas between them, as a dictionary."""
    with open(path, encoding="utf-8") as file:
        parts = file.read().replace(",", "\n").split()
    return dict(part.split(":", 1) for part in parts)


def read_lines(path):
    """Each line that is a JSON object, with its position; None in place of what is none."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for position, text in enumerate(file, start=1):
            try:
                found = json.loads(text)
            except ValueError:
                found = None
            yield position, text.rstrip("\n"), found if isinstance(found, dict) else None


class Verifier:
    """One pass over an exported file."""

    def __init__(self, audit_keys):
        self.audit_keys = audit_keys
        self.findings = []
        self.digests = {}
        self.first = self.last = None
        self.digest = None
        self.known = True
        self.organization = None
        self.closing = None
        self.sealed = self.withheld = 0

    def find(self, number, words):
        self.findings.append(f"entry {number} {words}")

    def read(self, path):
        for position, _text, line in read_lines(path):
            if line is None:
                self.findings.append(f"line {position} is not readable: it was changed or cut")
                self.known = False
            elif self.closing is not None:
                self.findings.append(f"line {position} stands after the closing line: it was inserted")
            elif "closing" in line:
                self.closing = line
            else:
                self.take(line, position)

    def take(self, line, position):
        try:
            number, digest, previous, own = line["number"], line["digest"], line["previous"], own_digest(line)
            mac, key_id = line["mac"], line["key_id"]
        except (KeyError, TypeError):
            self.findings.append(f"line {position} is no entry: it was changed")
            self.known = False
            return
        if self.first is None:
            self.first, self.last = number, number - 1
            self.digest, self.known = (START, True) if number == 1 else (previous, bool(previous))
        if number <= self.last:
            self.find(number, f"stands after entry {self.last}: entries were exchanged or inserted")
        for missing in range(self.last + 1, min(number, self.last + 101)):
            self.find(missing, "is missing: it was removed")
            self.known = False
        if self.known and previous != self.digest:
            self.find(self.last, "does not fit the entry after it: it was changed, or exchanged with another entry")
        if digest_of(previous + own) != digest:
            self.find(number, "does not fit its own digest: it was changed, or exchanged with another entry")
        self.check_place(line, number)
        self.check_seal(number, digest, mac, key_id)
        self.last, self.digest, self.known = number, digest, True
        self.digests[number] = digest

    def check_place(self, line, number):
        if "withheld" in line:
            self.withheld += 1
            return
        self.organization = self.organization or line.get("organization")
        if line.get("organization") != self.organization:
            self.find(number, "belongs to another organization: it was inserted")

    def check_seal(self, number, digest, mac, key_id):
        if not self.audit_keys:
            return
        key = self.audit_keys.get(key_id)
        if key is None:
            self.find(number, f"was sealed with the key {key_id!r}, which was not given")
        elif not hmac.compare_digest(hmac.new(base64.b64decode(key), digest.encode(), "sha256").hexdigest(), str(mac)):
            self.find(number, "was not written by Kontor: it was inserted or changed by somebody without the key")
        self.sealed += 1

    def close(self, public_keys):
        """The signed last line says what the file has to hold."""
        if self.closing is None:
            self.findings.append(f"the closing line is missing: the end was cut off after entry {self.last}")
            return
        span = self.closing.get("closing")
        if not isinstance(span, dict) or not is_signed(self.closing, public_keys):
            self.findings.append("the closing line was not signed by Kontor, or its key was not given")
            self.closing = None
            return
        self.organization = self.organization or self.closing["organization"]
        if self.closing["organization"] != self.organization:
            self.findings.append("the closing line belongs to another organization")
        if self.first != span["first"]:
            self.find(span["first"], "should be the first one: the beginning was cut off")
        if self.last != span["last"]:
            self.find(span["last"], f"should be the last one: the end was cut off after entry {self.last}")
        elif self.digest != span["digest"]:
            self.find(span["last"], "is not the one that the closing line names: the record was written anew")

    def compare(self, path, public_keys):
        """Hold the record against a checkpoint file. Gives how many checkpoints were of use."""
        used, seen = 0, set()
        for position, text, line in read_lines(path):
            if line is None:
                if text.endswith("}"):
                    self.findings.append(f"checkpoint line {position} is not readable: it was changed")
                continue
            if line.get("organization") != self.organization:
                continue
            if not is_signed(line, public_keys):
                self.findings.append(f"checkpoint line {position} was not signed by Kontor, or its key was not given")
                continue
            if line["previous"] and line["previous"] not in seen:
                self.findings.append(f"before checkpoint line {position} a line is missing: it was removed")
            seen.add(digest_of(text))
            used += self.hold_against(line)
        return used

    def hold_against(self, checkpoint):
        number, at = checkpoint["number"], checkpoint["at"]
        if number in self.digests:
            if self.digests[number] != checkpoint["digest"]:
                self.find(number, f"is not the one that the checkpoint of {at} attests: the record was written anew")
            return 1
        closing = self.closing
        if closing and number > closing["closing"]["of"] and at < closing["at"]:
            self.find(number, f"was attested on {at} and is missing: the end was cut off, or an old database restored")
            return 1
        return 0

    def summary(self, used):
        """One line on what was looked at. `used`: how many checkpoints had something to say."""
        verdict = f"{len(self.findings)} findings" if self.findings else "nothing was touched"
        return (
            f"{len(self.digests)} entries ({self.first} to {self.last}) of {self.organization}; {self.withheld} withheld,"
            f" {self.sealed} seals checked, {used} checkpoints compared: {verdict}"
        )


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Verify an exported record of Kontor.")
    parser.add_argument("file", help="the export, JSON Lines")
    parser.add_argument("--public-keys", required=True, help="a file with what `manage.py audit_keys` printed")
    parser.add_argument("--checkpoints", action="append", default=[], help="a checkpoint file; again for another one")
    parser.add_argument("--audit-keys", help="a file with the value of KONTOR_AUDIT_KEYS, to check the seals too")
    given = parser.parse_args(arguments)
    try:
        public_keys = read_keys(given.public_keys)
        verifier = Verifier(read_keys(given.audit_keys) if given.audit_keys else {})
        verifier.read(given.file)
        verifier.close(public_keys)
        used = sum(verifier.compare(path, public_keys) for path in given.checkpoints)
    except (OSError, ValueError) as error:
        print(f"Cannot read it: {error}", file=sys.stderr)
        return 2
    for words in verifier.findings:
        print(words)
    print(verifier.summary(used))
    return 1 if verifier.findings else 0


if __name__ == "__main__":
    sys.exit(main())
