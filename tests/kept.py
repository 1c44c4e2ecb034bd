#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sees that each member of what gamelift-local keeps (sdk/local/model/keep.h) is in the table of its kind, or is named here
as one that is not kept: kept.py [--root TREE]"""
import argparse
import pathlib
import re
import sys

# Of each struct with a table: the members that follow from others, or belong to a running service. A history tells what
# this run has seen, as the messages do.
NOT_KEPT = {
    "local_location": "record link",
    "local_fleet": "held computes processes game_sessions live_game_sessions record link",
    "local_token": "",
    "local_compute": "name record link",
    "local_process": "history game_session connections pending pending_count answered answered_count record link",
    "local_pending": "record link",
    "local_answered": "record link",
    "local_game_session": "history taken player_sessions held record link ended_link fleet_link live_link",
    "local_player_session": "player record link service_link player_link state_link",
    "local_event": "record link",
    "local_alias": "record link",
    "local_tag": "",
    "local_tagged": "record link",
    "local_latency_policy": "",
    "local_queue": "memory record link",
    "local_queue_terms": "",
    "local_rule_set_record": "memory rule_set users record link",
    "local_configuration": "memory users matcher backlog record link",
    "local_match": "tickets backfill record link",
    "local_ticket_player": "player_id ticket",
    "local_ticket": "history judged memory players seated_sum seated obstacle candidate record link match_link",
    "local_automatic": "record link",
    "local_latency": "",
    "local_seat_wish": "",
    "local_placement": "history memory record link",
    "local_placement_wish": "id",
    "local_notice": "record link",
}
# Structs within those, whose members stand in the table of the whole as "member.part".
PARTS = {("local_queue", "terms"): "local_queue_terms", ("local_placement", "wish"): "local_placement_wish"}

STRUCT = re.compile(r"(?:typedef )?struct (\w+) \{\n(.*?)\n\}(?: \w+)?;", re.S)
FIELD = re.compile(r"LOCAL_(?:FIELD|NEEDED)\w*\(([^;]*?)\)(?=,\s|,$)", re.S)


def members(body):
    """Names that a struct declares."""
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
    for statement in body.split(";"):
        statement = re.sub(r"TAILQ_(HEAD|ENTRY)\([^)]*\)", "list", " ".join(statement.split()))
        statement = re.sub(r"\[[^\]]*\]", "", statement)
        pointer_to_array = re.search(r"\(\*(\w+)\)", statement)
        if pointer_to_array:
            yield pointer_to_array.group(1)
        elif statement:
            first, *others = statement.split(",")
            yield re.search(r"(\w+)$", first).group(1)
            yield from (re.search(r"(\w+)$", other).group(1) for other in others)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root / "sdk/local"
    structs, fields, faults = {}, {}, []
    for path in sorted(root.rglob("*.h")):
        for name, body in STRUCT.findall(path.read_text(encoding="utf-8")):
            if name in NOT_KEPT:
                structs[name] = set(members(body))
    for path in sorted(root.rglob("*.c")):
        for arguments in FIELD.findall(path.read_text(encoding="utf-8")):
            parts = [part.strip() for part in arguments.split(",")]
            at = next((i for i, part in enumerate(parts) if part.startswith(("local_", "glift_"))), None)
            if at is not None and len(parts) > at + 1:
                fields.setdefault(parts[at], set()).update(
                    name for name in parts[at + 1:] if re.fullmatch(r"[a-z_.]+", name))
    for (whole, part), name in PARTS.items():
        fields[name] = {field.split(".", 1)[1] for field in fields[whole] if field.startswith(part + ".")}
        fields[whole] = {field for field in fields[whole] if not field.startswith(part + ".")} | {part}
    for name, exceptions in NOT_KEPT.items():
        kept = {field.split(".")[0] for field in fields.get(name, ())}
        known = kept | set(exceptions.split())
        faults += [f"{name}: {member} is not kept: put it into the table of its kind, or into tests/kept.py"
                   for member in sorted(structs[name] - known)]
        faults += [f"{name}: tests/kept.py names {member}, which is no member"
                   for member in sorted(set(exceptions.split()) - structs[name])]
    faults += [f"{name} has a table of fields, and is not in tests/kept.py"
               for name in sorted(set(fields) - set(NOT_KEPT)) if name.startswith("local_") and name != "local_service"]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
