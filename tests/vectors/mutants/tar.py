"""The file itself: headers, padding, names and members of the tar, and the header's JSON."""

import gzip
import json
from collections.abc import Callable
from typing import Any

from beffroi.core.voting import canon
from tests.vectors.mutants.subject import Subject, called
from tests.vectors.voting import mutate_bel

Records = list[tuple[str, bytes, int]]


def records(subject: Subject) -> Records:
    return list(mutate_bel.tar_read(subject.base.raw))


def header(name: str, edit: Callable[[bytearray], Any], record: int = 2, checksum: bool = True) -> None:
    """The header of one member is another; its checksum is right unless said otherwise."""

    @called(name)
    def made(subject: Subject) -> bytes:
        out = b""
        for n, (name, content, time) in enumerate(records(subject)):
            head = bytearray(mutate_bel.tar_header(name, len(content), time))
            if n == record:
                edit(head)
                if checksum:
                    head[148:156] = b" " * 8
                    head[148:156] = b"%06o\0 " % sum(head)
            out += bytes(head) + content + bytes(-len(content) % 512)
        return out


def put(at: int, value: bytes) -> Callable[[bytearray], None]:
    def edit(head: bytearray) -> None:
        head[at : at + len(value)] = value

    return edit


header("tar_uid", put(108, b"0001750"))
header("tar_gid", put(116, b"0001750"))
header("tar_mode_spaces", put(100, b" 00644 "))
header("tar_mtime_base256", put(136, b"\x80"))
header("tar_mtime_spaces", put(136, b" "))
header("tar_mtime_0o", put(136, b"0o"))
header("tar_mtime_underscore", put(137, b"_"))
header("tar_mtime_minus", put(136, b"-"))
header("tar_size_base256", put(124, b"\x80"))
header("tar_size_spaces", put(124, b"  "))
header("tar_size_minus", put(124, b"-"))
header("tar_size_huge", put(124, b"77777777777"))
header("tar_size_larger", lambda head: put(124, b"%011o" % (int(head[124:135], 8) + 1))(head))
header("tar_size_smaller", lambda head: put(124, b"%011o" % (int(head[124:135], 8) - 1))(head))
header("tar_size_zero", put(124, b"00000000000"))
header("tar_type_nul", put(156, b"\0"))
header("tar_type_directory", put(156, b"5"))
header("tar_type_link", put(156, b"2"))
header("tar_link_name", put(157, b"/etc/passwd"))
header("tar_ustar", put(257, b"ustar\x0000"))
header("tar_gnu", put(257, b"ustar  \0"))
header("tar_owner_name", put(265, b"root"))
header("tar_prefix", put(345, b"folder"))
header("tar_bytes_after_name", put(90, b"x"))
header("tar_last_byte", put(511, b"x"))
header("tar_checksum", put(148, b"000000"), checksum=False)
header("tar_checksum_spaces", put(148, b" "), checksum=False)
header("tar_checksum_other_end", put(154, b" \0"), checksum=False)
header("tar_first_mode", put(100, b"0000600"), record=0)
header("tar_first_time", put(136, b"00000000000"), record=0)


def listed(name: str, edit: Callable[[Records], Any]) -> None:
    """Other members; every header is right."""

    @called(name)
    def made(subject: Subject) -> bytes:
        recs = records(subject)
        edit(recs)
        raw: bytes = mutate_bel.tar_write(recs)
        return raw


def renamed(n: int, convert: Callable[[str], str]) -> Callable[[Records], None]:
    def edit(recs: Records) -> None:
        recs[n] = (convert(recs[n][0]), *recs[n][1:])

    return edit


def _exchange(recs: Records) -> None:
    recs[1], recs[2] = recs[2], recs[1]


def _extra(recs: Records) -> None:
    raw = b'{"x":1}'
    recs.insert(1, (f"{mutate_bel.sha(raw)}.data.json", raw, recs[0][2]))


def _empty(recs: Records) -> None:
    recs.append((f"{mutate_bel.sha(b'')}.data.json", b"", recs[0][2]))


def _last_event_again(recs: Records) -> None:
    recs.append(recs[-1])


def _event_as_data(recs: Records) -> None:
    recs[-1] = (recs[-1][0].replace(".event.", ".data."), *recs[-1][1:])


def _all_times(recs: Records) -> None:
    recs[1:] = [(name, content, time + 1) for name, content, time in recs[1:]]


listed("tar_name_upper_case", renamed(2, str.upper))
listed("tar_name_hash_upper_case", renamed(2, lambda name: name[:64].upper() + name[64:]))
listed("tar_name_dot_slash", renamed(2, lambda name: f"./{name}"))
listed("tar_name_absolute", renamed(2, lambda name: f"/{name}"))
listed("tar_name_parent", renamed(2, lambda name: f"../{name}"))
listed("tar_name_other_end", renamed(2, lambda name: name.replace(".json", ".jsn")))
listed("tar_name_newline", renamed(2, lambda name: f"{name}\n"))
listed("tar_name_empty", renamed(2, lambda name: ""))
listed("tar_name_letters", renamed(2, lambda name: "é" + name))
listed("tar_first_name", renamed(0, lambda name: "belenios"))
listed("tar_first_missing", lambda recs: recs.pop(0))
listed("tar_first_twice", lambda recs: recs.insert(1, recs[0]))
listed("tar_first_last", lambda recs: recs.append(recs.pop(0)))
listed("tar_record_twice", lambda recs: recs.insert(2, recs[1]))
listed("tar_records_exchanged", _exchange)
listed("tar_record_more", _extra)
listed("tar_record_empty", _empty)
listed("tar_event_twice", _last_event_again)
listed("tar_event_named_data", _event_as_data)
listed("tar_last_record_missing", lambda recs: recs.pop())
listed("tar_all_times", _all_times)


def first(name: str, edit: Callable[[dict[str, Any]], bytes]) -> None:
    """The JSON of the first member is another."""

    @called(name)
    def made(subject: Subject) -> bytes:
        recs = records(subject)
        recs[0] = ("BELENIOS", edit(json.loads(recs[0][1])), recs[0][2])
        raw: bytes = mutate_bel.tar_write(recs)
        return raw


first("header_spaces", lambda found: json.dumps(found).encode())
first("header_other_order", lambda found: canon.compact({key: found[key] for key in reversed(found)}))
first("header_field_more", lambda found: canon.compact({**found, "note": "x"}))
first("header_no_time", lambda found: canon.compact({"version": 1}))
first("header_time_other", lambda found: canon.compact({**found, "timestamp": "1"}))
first("header_time_float", lambda found: canon.compact(found).replace(b'"timestamp":"', b'"timestamp":1.0,"x":"'))
first("header_time_negative", lambda found: canon.compact({**found, "timestamp": "-1"}))
first("header_time_leading_zero", lambda found: canon.compact({**found, "timestamp": "0" + found["timestamp"]}))
first("header_version_text", lambda found: canon.compact({**found, "version": "1"}))
first("header_version_true", lambda found: canon.compact({**found, "version": True}))
first("header_no_json", lambda found: b"BELENIOS")
first("header_deep", lambda found: b"[" * 100_000)
first("header_empty", lambda found: b"")


def whole(name: str, edit: Callable[[bytes], bytes]) -> None:
    """Other bytes around the archive's."""

    @called(name)
    def made(subject: Subject) -> bytes:
        return edit(subject.base.raw)


whole("file_zero_blocks", lambda raw: raw + bytes(1024))
whole("file_zero_block", lambda raw: raw + bytes(512))
whole("file_newline", lambda raw: raw + b"\n")
whole("file_bytes_before", lambda raw: b"\n" + raw)
whole("file_block_before", lambda raw: bytes(512) + raw)
whole("file_twice", lambda raw: raw * 2)
whole("file_gzip", lambda raw: gzip.compress(raw, mtime=0))
whole("file_cut_in_a_ballot", lambda raw: raw[: raw.index(b'{"election_uuid"') + 1024])
whole("file_without_last_block", lambda raw: raw[:-512])
whole("file_one_block", lambda raw: raw[:512])
whole("file_empty", lambda raw: b"")
whole("file_only_first", lambda raw: raw[:1024])
whole("file_crlf", lambda raw: raw.replace(b"\n", b"\r\n").replace(b'"}', b'"}\r\n', 1))
