#!/usr/bin/env python3
"""Writes the seeds of the corpus: `fuzz/seeds.py`, from anywhere. Needs nothing but Python.

The seeds are made from the golden state folders, by an implementation of the format that shares no code with the
library, and from lists of edge cases. Nothing in them is a person's: names and addresses are made up, under `example`
domains, and telephone numbers made up, from ranges reserved for fiction where a country has them. What fuzzing has found lies
beside them, under names of its own, and stays.
"""

import hashlib
import json
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORE = HERE.parent / "tikaud-core"
GOLDEN = CORE / "tests/engine/golden-1"
KINDS = ["email_sha256", "email_sha512", "phone_sha256", "idfa_sha256", "idfa_md5", "aaid_sha256", "aaid_md5"]
WIDTHS = dict(zip(KINDS, [32, 64, 32, 32, 16, 32, 16]))


def write(target, name, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    content = content if isinstance(content, bytes) else content.encode()
    (folder / f"seed-{name}").write_bytes(content)


def values():
    emails = [
        "ada@example.com", " Jane.Doe+Promo@Example.COM\t", "o'neil/sales=eu_{x}@example.co.uk", "a@b.c", "@", "a@b",
        "7@7.example", "J\u00dcRGEN@b\u00fccher.example", "\u0391\u039b\u0395\u039e\u0399\u039f\u03a3@example.gr",
        "ada@xn--bcher-kva.example", "a@127.0.0.1", "<ada@example.com>", "a..b@example.com", "+x@example.com",
        "ada@my-shop.example", "x" * 64 + "@example.com", "ada@" + ".".join(["l" * 63] * 3) + ".example",
        "d41d8cd98f00b204e9800998ecf8427e", "a\u200bb@example.com", "\u0130@example.com", "", " ", "a" * 1030,
        "a.\u03a3@example.com", "abcdefgh@ijklmnop.qrstuvwx.example",
    ]
    for at, email in enumerate(emails):
        write("emails", f"{at:02}", email)
    phones = [
        "GB020 7946 0958", "GB+44 (0)20 7946 0958", "GB00442079460958", "US(212) 555-0142", "US212-555-0142 ext. 7",
        "XX+12125550142", "DEtel:+49-30-23125-000", "AU+61 491 570 156", "IT+39 06 0000 0000", "AQ123456",
        "GB", "GB+", "GB\uff0b44 20 7946 0958", "GB\u0662\u0660 7946 0958", "US1-212-555-01AB", "FR0033 1 99 00 12 34",
        "GB0000", "XX+800 1234 5678", "US" + "1" * 300, "BR(11) 5555-0100", "MX+52 1 55 5555 0100", "AR+54 9 11 5555 0100",
    ]
    for at, phone in enumerate(phones):
        write("phones", f"{at:02}", phone)
    ids = [
        "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25", "\t5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25 ",
        "00000000-0000-0000-0000-000000000000", "5f3a2b189c4d4e7fb8e217d3a1e69b25", "", " ",
        "{5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25}", "5f3a2b1-89c4d-4e7f-b8e2-17d3a1e69b25",
        "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b\u00e9", "5" * 1030,
    ]
    for at, device in enumerate(ids):
        write("device_ids", f"{at:02}", device)
    digests = [hashlib.new(name, b"ada@example.com").hexdigest() for name in ["md5", "sha256", "sha512"]]
    hashed = digests + [digests[1].upper(), f" {digests[0]}\n", "0x" + digests[0][2:], digests[1][1:], "", " "]
    hashed += [hashlib.new(name, b"").hexdigest() for name in ["md5", "sha256", "sha512"]] + ["\u0660" * 16, "g" * 32]
    for at, digest in enumerate(hashed):
        write("hashed_columns", f"{at:02}", digest)
    write("extraction", "people", "\n".join("\t".join(row) for row in zip(emails[:10], ids, reversed(ids))))
    many = [f"person{at}@example.com\t00000000-0000-4000-8000-{at:012}\t" for at in range(40)]
    write("extraction", "past-a-queue", "\n".join(many))
    write("extraction", "empty", "\n\t\t\n")


def unsealed(path):
    """The JSON of a sealed object, its seal checked."""
    text, seal = path.read_bytes().rsplit(b"\nsha256 ", 1)
    assert seal == hashlib.sha256(text).hexdigest().encode() + b"\n", path
    return text


LETTERS = {"generations": b"g", "claims": b"l", "create": b"c", "audience": b"a", "intent": b"i", "receipts": b"r"}


def objects():
    for path in sorted(GOLDEN.rglob("*.json")):
        letter = LETTERS.get(path.parent.name) or LETTERS[path.stem.split("-")[0]]
        name = "-".join(path.relative_to(GOLDEN).with_suffix("").parts)
        write("sealed_objects", f"{name}-sealed", letter + path.read_bytes())
        write("sealed_objects", name, letter + unsealed(path))
        if letter == b"r":
            write("positions", name, json.dumps(json.loads(unsealed(path))["content"]))
    write("sealed_objects", "past-run", b"p" + (GOLDEN / "../golden-past-run.json").read_bytes())
    write("sealed_objects", "newer", b'g{ "format": 2, "other": true }')
    write("sealed_objects", "cut", (b"g" + (GOLDEN / "buyers/generations/00000001.json").read_bytes())[:-20])
    far = {"kind": "idfa_md5", "action": "add", "ranges": [{"start": 0, "end": 2**64 - 1}, {"start": 9, "end": 3}]}
    write("positions", "far", json.dumps({"acknowledged": [far, far], "undone": []}))
    write("positions", "batches", bytes([0, 0, 3, 5, 0, 3, 3, 0, 2, 200, 255, 15, 198, 250, 9, 0, 0, 0]))


def digest_files():
    def seed(name, kind, content, piece=0, repaired=0, more=0):
        write("digest_files", name, bytes([KINDS.index(kind), piece, repaired]) + struct.pack("<I", more)[:3] + content)

    for path in sorted(GOLDEN.rglob("buyers/snapshots/*.digests")):
        kind = path.stem.rsplit("-", 1)[1]
        # Of the activation `fuzzed`, the checksums put right by the target.
        content = bytearray(path.read_bytes())
        seed(f"foreign-{kind}", kind, bytes(content))
        content[16:48] = hashlib.sha256(b"fuzzed").digest()
        seed(kind, kind, bytes(content), repaired=1)
        seed(f"{kind}-unsummed", kind, bytes(content))
        seed(f"{kind}-cut", kind, bytes(content)[:-40], repaired=1)
        seed(f"{kind}-promised-more", kind, bytes(content), repaired=1, more=1)
        seed(f"{kind}-promised-most", kind, bytes(content), repaired=1, more=255 << 16)
        seed(f"another-kind-{kind}", "phone_sha256", bytes(content), repaired=1)
        for name, at, byte in [("newer", 8, 2), ("before-the-first", 8, 0), ("room-that-is-left", 50, 1)]:
            other = bytearray(content)
            other[at] = byte
            seed(f"{name}-{kind}", kind, bytes(other), repaired=1)
    # Two blocks and a half.
    digests = sorted(hashlib.md5(str(at).encode()).digest() for at in range(2 * 2048 + 1000))
    header = b"TIKAUDDF" + struct.pack("<II", 1, 5) + hashlib.sha256(b"fuzzed").digest() + bytes(16)
    blocks = b"".join(b"".join(digests[at : at + 2048]) + bytes(8) for at in range(0, len(digests), 2048))
    footer = struct.pack("<Q", len(digests)) + bytes(24)
    seed("blocks", "idfa_md5", header + blocks + footer, piece=40, repaired=1)


def archive(folder, without=(), replaced=lambda key, section: section):
    """A golden state folder as text, for the activation `buyers`; see `archive.rs`."""
    sections = []
    for path in sorted((GOLDEN / folder).rglob("*.*")):
        key = "buyers/" + str(path.relative_to(GOLDEN / folder))
        if any(part in key for part in without):
            continue
        if path.suffix == ".json":
            text = unsealed(path).decode().replace(f'"{folder}', '"buyers')
            section = f"== json {key}\n{text}\n"
        else:
            kind, content = path.stem.rsplit("-", 1)[1], path.read_bytes()[64:-40]
            digests = [content[at : at + WIDTHS[kind]].hex() for at in range(0, len(content), WIDTHS[kind])]
            section = "\n".join([f"== digests {kind} {key}", *digests, ""])
        sections.append(replaced(key, section))
    return "".join(sections)


def change(part, old, new):
    """Replaces text in the sections whose key has this part."""

    def replaced(key, section):
        assert part not in key or old in section, (key, old)
        return section.replace(old, new) if part in key else section

    return replaced


def state_folders():
    generation = "generations/00000001"
    seeds = {
        "empty": "",
        "first-run": archive("newcomers"),
        "second-run": archive("buyers"),
        "before-the-intent": archive("buyers", without=["journal"]),
        "before-the-audience": archive("newcomers", without=["audience.json", "intent", "receipts", "plans"]),
        "without-receipts": archive("buyers", without=["receipts"]),
        "at-rest": archive("buyers", without=["journal", "plans"]),
        "without-generations": archive("buyers", without=["generations"]),
        "without-the-last-generation": archive("buyers", without=[generation]),
        "without-a-snapshot": archive("buyers", without=["confirmed-email_sha512"]),
        "without-a-plan": archive("buyers", without=["add-email_sha512"]),
        "newer": archive("buyers", replaced=change(generation, '"format": 1', '"format": 2')),
        "foreign": archive("buyers", replaced=change(generation, '"activation": "buyers"', '"activation": "others"')),
        "busy": archive("buyers", replaced=change("claims", "2026-01-02", "2999-01-02")),
        "cut": archive("buyers", replaced=lambda key, text: text.replace("== json", "== text") if "intent" in key else text),
        # Every number at its end.
        "last-generation": archive("buyers", replaced=change(generation, '"number": 1', f'"number": {2**64 - 1}')).replace(
            generation, f"generations/{2**64 - 1}"
        ),
        "last-claim": archive("buyers").replace("claims/0000000003", f"claims/{2**64 - 1}"),
        "counts-that-wrap": archive("buyers", replaced=change(generation, '"count": 5', f'"count": {2**63}')),
        "plans-that-wrap": archive("buyers", replaced=change("intent", '"count": 4', f'"count": {2**64 - 1}')),
        "pending-that-wraps": archive("buyers", replaced=change(generation, '"adds": 5', f'"adds": {2**64 - 1}')),
        # Manifests that contradict themselves.
        "another-number": archive("buyers", replaced=change(generation, '"number": 1', '"number": 0')),
        "a-kind-twice": archive("buyers", replaced=change(generation, "sha512", "sha256")),
        "a-file-under-two-kinds": archive("buyers", replaced=change(generation, '"kind": "email_sha512"', '"kind": "phone_sha256"')),
        "a-file-with-two-counts": archive("buyers", replaced=change("intent", '"count": 3', '"count": 2')),
        "out-of-order": "".join(reversed(archive("buyers").splitlines(keepends=True))),
    }
    for name, text in seeds.items():
        write("state_folders", name, text)


if __name__ == "__main__":
    values()
    objects()
    digest_files()
    state_folders()
