#!/usr/bin/env python3
# ruff: noqa
"""Write a folder of named mutants of a Belenios archive (.bel, crypto version 1).

    mutate_bel.py ARCHIVE.bel OUTDIR

For each mutant: OUTDIR/<name>/<uuid>.bel, plus OUTDIR/mutants.json:
    {name: {"expect": "accept"|"reject"|"undetectable", "why": str}}
"expect" is what a strict verifier of ONE archive has to answer:
  accept        the mutant is legitimate (control)
  reject        a complete verifier must refuse it
  undetectable  consistent archive: only voters (ballot tracker), a former copy
                (verify-diff) or a signed head hash can tell
Works on tallied and on untallied archives, homomorphic questions, groups
Ed25519, BELENIOS-2048 and RFC-3526-2048.  No secret is needed: every mutant is
made from public data.  Mutants that do not apply are skipped.
Standard library only.
"""

import copy
import hashlib
import json
import os
import sys

L25519 = 2**252 + 27742317777372353535851937790883648493
P25519 = 2**255 - 19
BEL_P = int(
    "206947856914225464010136436575050080649229892957511040971008847870573742192427174019222372"
    "544976843381290666331380789584049600543896362897963930387739057228036059737494276713767776"
    "188985898727358650490811670993105358677809800307904916540637771737641986785272734744763418"
    "356000356983051931442845617019110007867373073335641239717328979132404745788344682606523279"
    "746479511376726586935821800463179220736688600526271863633860887968821207694323661494910029"
    "234443463732221458841005864210502421203654335612013204811188524087310770141516662001623131"
    "77169372189248078507711827842317498073276598828825169183103125680162072880719"
)
RFC_P = int(
    "323170060713110073003389139264238282488179412411402391128420097514007417066343542226196894"
    "173635693471179017379097041917546058732091950288537589861856221532121754125149017745202702"
    "357960782362488842461894775876411059286460994117232454266225221932305409190376805242355191"
    "256797158701170010580558776510388618472802579760549035697325615261670813393617995413364765"
    "591603683178967290731783845896806396719009772021941686472258710314113364293195361934716365"
    "332097170774482279885885653692086452966360772502689555059283627511211740969729980684105543"
    "59584866583291642136218231078990999448652468262416972035911852507045361090559"
)


def sha(b):
    return hashlib.sha256(b).hexdigest()


def compact(x):
    return json.dumps(x, separators=(",", ":"), ensure_ascii=False).encode()


# ---------------------------------------------------------------- tar level


def tar_header(name, size, mtime, mode=b"0000644"):
    b = bytearray(512)
    b[0 : len(name)] = name.encode()
    b[100:107] = mode
    b[108:115] = b"0000000"
    b[116:123] = b"0000000"
    b[124:135] = b"%011o" % size
    b[136:147] = b"%011o" % mtime
    b[148:156] = b" " * 8
    b[156:157] = b"0"
    b[148:156] = b"%06o\0 " % sum(b)
    return bytes(b)


def tar_read(raw):
    pos, out = 0, []
    while pos + 512 <= len(raw):
        h = raw[pos : pos + 512]
        if h == b"\0" * 512:
            break
        name = h[: h.index(0)].decode()
        size, mtime = int(h[124:135], 8), int(h[136:147], 8)
        out.append((name, raw[pos + 512 : pos + 512 + size], mtime))
        pos += 512 + (size + 511) // 512 * 512
    return out


def tar_write(recs):
    return b"".join(tar_header(n, len(d), t) + d + b"\0" * (-len(d) % 512) for n, d, t in recs)


# ------------------------------------------------------------- model level
# An archive is {"header": bytes, "mtime": int, "events": [event]} where an event is
# {"type": str, "data": [bytes, ...]}: the data records that precede the event,
# the last one being its payload (none for EndBallots / EndShuffles).


def load(raw):
    recs = tar_read(raw)
    assert recs[0][0] == "BELENIOS"
    events, pending = [], []
    for name, data, _ in recs[1:]:
        if name.endswith(".data.json"):
            pending.append(data)
        else:
            e = json.loads(data)
            events.append({"type": e["type"], "data": pending})
            pending = []
    return {"header": recs[0][1], "mtime": recs[0][2], "events": events}


def records(m):
    """Re-chain and give the list of tar records."""
    out, parent = [("BELENIOS", m["header"], m["mtime"])], None
    for height, e in enumerate(m["events"]):
        for d in e["data"]:
            out.append((sha(d) + ".data.json", d, m["mtime"]))
        ev = {}
        if parent is not None:
            ev["parent"] = parent
        ev["height"] = height
        ev["type"] = e["type"]
        if e["data"]:
            ev["payload"] = sha(e["data"][-1])
        b = compact(ev)
        parent = sha(b)
        out.append((parent + ".event.json", b, m["mtime"]))
    return out


def find(m, typ):
    return [i for i, e in enumerate(m["events"]) if e["type"] == typ]


class Skip(Exception):
    pass


def need(m, typ, n=1):
    r = find(m, typ)
    if len(r) < n:
        raise Skip
    return r


def election(m):
    return json.loads(m["events"][0]["data"][0])


def set_setup(m, k, data):
    """k: 0 election, 1 trustees, 2 credentials; keep setup_data consistent."""
    d = m["events"][0]["data"]
    d[k] = data
    s = json.loads(d[-1])
    s[("election", "trustees", "credentials")[k]] = sha(data)
    d[-1] = compact(s)


def ballot(m, i):
    return json.loads(m["events"][i]["data"][-1])


def counted(m):
    """Indices of the ballots that count (last one of each credential)."""
    last = {}
    for i in find(m, "Ballot"):
        last[ballot(m, i)["credential"]] = i
    r = sorted(last.values())
    if len(r) < 2:
        raise Skip
    return r


def set_ballot(m, i, b):
    m["events"][i]["data"] = [b if isinstance(b, bytes) else compact(b)]


def resign_hash(b):
    """Put the right signature.hash (not the right proof: that needs the secret)."""
    import base64

    s = b.pop("signature")
    s["hash"] = base64.b64encode(hashlib.sha256(compact(b)).digest()).decode().rstrip("=")
    b["signature"] = s


def inner(m, i):
    """EncryptedTally / PartialDecryption / Shuffle: (inner JSON, wrapper JSON)."""
    d = m["events"][i]["data"]
    return json.loads(d[0]), json.loads(d[1])


def set_inner(m, i, x, w, key):
    a = compact(x)
    w = dict(w)
    w[key] = sha(a)
    m["events"][i]["data"] = [a, compact(w)]


def small_order(group):
    """Encodings of elements outside the prime-order group."""
    if group == "Ed25519":
        y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
        return {"order2": "%064x" % (P25519 - 1), "order4": "%064x" % 0, "order8": "%064x" % y8}
    p = {"BELENIOS-2048": BEL_P, "RFC-3526-2048": RFC_P}[group]
    return {"order2": str(p - 1), "zero": "0"}


def identity(group):
    return "%064x" % 1 if group == "Ed25519" else "1"


def homomorphic(m):
    q = election(m)["questions"]
    if any("type" in x and x["type"] != "Homomorphic" for x in q):
        raise Skip


MUT = []


def mut(expect, why):
    def deco(f):
        MUT.append((f.__name__, f, expect, why))
        return f

    return deco


# ---- controls


@mut("accept", "control: archive rewritten unchanged")
def ok_unchanged(m):
    pass


@mut("undetectable", "one ballot removed, chain and tally left as they are when untallied")
def ballot_removed_rechained(m):
    del m["events"][counted(m)[0]]
    if find(m, "EncryptedTally"):
        raise Skip


@mut("reject", "one ballot removed and events re-chained, encrypted tally not changed")
def ballot_removed_tallied(m):
    need(m, "EncryptedTally")
    del m["events"][counted(m)[0]]


@mut("undetectable", "two ballots of different voters in another order, re-chained")
def ballots_reordered(m):
    b = counted(m)
    ev = m["events"]
    ev[b[0]], ev[b[1]] = ev[b[1]], ev[b[0]]


# ---- ballots


def on_ballot(f):
    def g(m):
        i = need(m, "Ballot")[-1]
        b = ballot(m, i)
        r = f(m, b)
        set_ballot(m, i, b if r is None else r)

    g.__name__ = f.__name__
    return g


def first_proof(b):
    a = b["answers"][0]
    if "individual_proofs" not in a:
        raise Skip
    p = a["individual_proofs"][0]
    while isinstance(p, list):
        p = p[0]
    return p


@mut("reject", "response of an individual proof + 1 (signature.hash updated)")
@on_ballot
def ballot_individual_proof(m, b):
    p = first_proof(b)
    p["response"] = str(int(p["response"]) + 1)
    resign_hash(b)


@mut("reject", "response of the overall proof + 1 (signature.hash updated)")
@on_ballot
def ballot_overall_proof(m, b):
    p = b["answers"][0].get("overall_proof")
    if not isinstance(p, list):
        raise Skip
    p[0]["response"] = str(int(p[0]["response"]) + 1)
    resign_hash(b)


@mut("reject", "response of the blank proof + 1 (signature.hash updated)")
@on_ballot
def ballot_blank_proof(m, b):
    for a in b["answers"]:
        if "blank_proof" in a:
            a["blank_proof"][0]["response"] = str(int(a["blank_proof"][0]["response"]) + 1)
            return resign_hash(b)
    raise Skip


@mut("reject", "signature response + 1")
@on_ballot
def ballot_signature(m, b):
    p = b["signature"]["proof"]
    p["response"] = str(int(p["response"]) + 1)


@mut("reject", "signature.hash of another ballot")
@on_ballot
def ballot_signature_hash(m, b):
    b["signature"]["hash"] = ballot(m, need(m, "Ballot", 2)[0])["signature"]["hash"]


@mut("reject", "election_hash changed")
@on_ballot
def ballot_election_hash(m, b):
    h = b["election_hash"]
    b["election_hash"] = ("A" if h[0] != "A" else "B") + h[1:]
    resign_hash(b)


@mut("reject", "election_uuid changed")
@on_ballot
def ballot_uuid(m, b):
    h = b["election_uuid"]
    b["election_uuid"] = ("2" if h[0] != "2" else "3") + h[1:]
    resign_hash(b)


@mut("reject", "credential is a group element that is not in the list (the election public key)")
@on_ballot
def ballot_unknown_credential(m, b):
    b["credential"] = election(m)["public_key"]
    resign_hash(b)


@mut("reject", "ballot re-labelled with the credential of a voter who did not vote")
@on_ballot
def ballot_credential_of_abstainer(m, b):
    used = {ballot(m, i)["credential"] for i in find(m, "Ballot")}
    free = [c.split(",")[0] for c in json.loads(m["events"][0]["data"][2]) if c.split(",")[0] not in used]
    if not free:
        raise Skip
    b["credential"] = free[0]
    resign_hash(b)


@mut("reject", "two ballots exchange their credentials (homomorphic sum is the same)")
def ballots_swap_credentials(m):
    i, j = counted(m)[:2]
    a, b = ballot(m, i), ballot(m, j)
    a["credential"], b["credential"] = b["credential"], a["credential"]
    resign_hash(a)
    resign_hash(b)
    set_ballot(m, i, a)
    set_ballot(m, j, b)


@mut("reject", "two ballots exchange their answers (homomorphic sum is the same)")
def ballots_swap_answers(m):
    i, j = counted(m)[:2]
    a, b = ballot(m, i), ballot(m, j)
    a["answers"], b["answers"] = b["answers"], a["answers"]
    resign_hash(a)
    resign_hash(b)
    set_ballot(m, i, a)
    set_ballot(m, j, b)


@mut("reject", "the same ballot appears twice in a row")
def ballot_duplicate(m):
    i = need(m, "Ballot")[-1]
    m["events"].insert(i + 1, copy.deepcopy(m["events"][i]))


@mut("reject", "ballot JSON with a space (not canonical)")
@on_ballot
def ballot_json_space(m, b):
    return compact(b).replace(b',"credential"', b', "credential"')


@mut("reject", "ballot JSON with an extra field")
@on_ballot
def ballot_json_extra(m, b):
    b["note"] = "x"


@mut("reject", "ballot JSON with two fields exchanged")
@on_ballot
def ballot_json_order(m, b):
    return compact({k: b[k] for k in ("election_hash", "election_uuid", "credential", "answers", "signature")})


@mut("reject", "ballot is not JSON")
@on_ballot
def ballot_not_json(m, b):
    return b"ballot"


@mut("reject", "scalar with leading zero")
@on_ballot
def ballot_scalar_leading_zero(m, b):
    p = b["signature"]["proof"]
    p["response"] = "0" + p["response"]


@mut("reject", "scalar written in hexadecimal (0x...)")
@on_ballot
def ballot_scalar_hex(m, b):
    p = b["signature"]["proof"]
    p["response"] = hex(int(p["response"]))


@mut("reject", "point written with upper-case hexadecimal digits / number with leading zero")
@on_ballot
def ballot_point_uppercase(m, b):
    c = b["credential"]
    b["credential"] = c.upper() if election(m)["group"] == "Ed25519" else "0" + c


def put_alpha(m, b, value):
    homomorphic(m)
    b["answers"][0]["choices"][0]["alpha"] = value
    resign_hash(b)


@mut("reject", "alpha of small order (2)")
@on_ballot
def ballot_point_order2(m, b):
    put_alpha(m, b, small_order(election(m)["group"])["order2"])


@mut("reject", "alpha not a curve point / not in the field group")
@on_ballot
def ballot_point_invalid(m, b):
    put_alpha(m, b, "%064x" % 2 if election(m)["group"] == "Ed25519" else "0")


@mut("reject", "point string too short")
@on_ballot
def ballot_point_short(m, b):
    put_alpha(m, b, "12")


@mut("reject", "ballot without answers")
@on_ballot
def ballot_no_answers(m, b):
    b["answers"] = []
    resign_hash(b)


# ---- chain and tar


@mut("reject", "a ballot event placed after EndBallots")
def event_ballot_after_end(m):
    i = need(m, "EndBallots")[0]
    b = find(m, "Ballot")[-1]
    e = m["events"].pop(b)
    m["events"].insert(i, e)


@mut("reject", "EndBallots removed (tally right after the ballots)")
def event_endballots_missing(m):
    need(m, "EncryptedTally")
    del m["events"][need(m, "EndBallots")[0]]


@mut("reject", "an extra EndBallots between two ballots (hides the ballots before it)")
def event_endballots_early(m):
    i = need(m, "Ballot", 2)[-1]
    m["events"].insert(i, {"type": "EndBallots", "data": []})


@mut("reject", "a PartialDecryption-like event between two ballots")
def event_foreign_between_ballots(m):
    p = need(m, "PartialDecryption")[0]
    m["events"].insert(need(m, "Ballot", 2)[-1], copy.deepcopy(m["events"][p]))


@mut("reject", "two Setup events")
def event_setup_twice(m):
    m["events"].insert(1, copy.deepcopy(m["events"][0]))


@mut("reject", "result event without partial decryptions")
def event_no_decryptions(m):
    need(m, "Result")
    m["events"] = [e for e in m["events"] if e["type"] != "PartialDecryption"]


@mut("reject", "result event without encrypted tally")
def event_no_tally(m):
    need(m, "Result")
    m["events"] = [e for e in m["events"] if e["type"] != "EncryptedTally"]


@mut("undetectable", "last event removed")
def event_last_removed(m):
    if len(m["events"]) < 2:
        raise Skip
    m["events"].pop()


# ---- tally, decryptions, result


@mut("reject", "encrypted tally replaced by a ciphertext of one ballot")
def tally_replaced(m):
    homomorphic(m)
    i = need(m, "EncryptedTally")[0]
    x, w = inner(m, i)
    x[0] = ballot(m, counted(m)[0])["answers"][0]["choices"]
    set_inner(m, i, x, w, "encrypted_tally")


@mut("reject", "num_tallied + 1")
def tally_num(m):
    i = need(m, "EncryptedTally")[0]
    x, w = inner(m, i)
    w["num_tallied"] += 1
    set_inner(m, i, x, w, "encrypted_tally")


def shape_first(x):
    while isinstance(x[0], list):
        x = x[0]
    return x


@mut("reject", "one decryption factor replaced by another group element")
def pd_factor(m):
    i = need(m, "PartialDecryption")[0]
    x, w = inner(m, i)
    shape_first(x["decryption_factors"])[0] = election(m)["public_key"]
    set_inner(m, i, x, w, "payload")


@mut("reject", "response of a decryption proof + 1")
def pd_proof(m):
    i = need(m, "PartialDecryption")[0]
    x, w = inner(m, i)
    p = shape_first(x["decryption_proofs"])[0]
    p["response"] = str(int(p["response"]) + 1)
    set_inner(m, i, x, w, "payload")


@mut("reject", "owner of a partial decryption changed to another trustee")
def pd_owner(m):
    p = need(m, "PartialDecryption", 2)
    x, w = inner(m, p[0])
    w["owner"] = inner(m, p[1])[1]["owner"]
    set_inner(m, p[0], x, w, "payload")


@mut("reject", "owner 0")
def pd_owner_zero(m):
    i = need(m, "PartialDecryption")[0]
    x, w = inner(m, i)
    w["owner"] = 0
    set_inner(m, i, x, w, "payload")


@mut("reject", "one partial decryption removed (result kept)")
def pd_removed(m):
    need(m, "Result")
    del m["events"][need(m, "PartialDecryption", 2)[0]]


@mut("reject", "an invalid partial decryption precedes the good one of the same owner")
def pd_bad_then_good(m):
    i = need(m, "PartialDecryption")[0]
    e = copy.deepcopy(m["events"][i])
    pd_proof(m)
    m["events"].insert(i + 1, e)


@mut("reject", "result: first number + 1")
def result_plus_one(m):
    i = need(m, "Result")[0]
    r = json.loads(m["events"][i]["data"][-1])
    x = shape_first(r["result"])
    x[0] = int(x[0]) + 1
    m["events"][i]["data"] = [compact(r)]


@mut("reject", "result: numbers of a question in reverse order")
def result_reversed(m):
    i = need(m, "Result")[0]
    r = json.loads(m["events"][i]["data"][-1])
    x = r["result"][0]
    if x == x[::-1]:
        raise Skip
    x.reverse()
    m["events"][i]["data"] = [compact(r)]


@mut("reject", "result: last number missing")
def result_short(m):
    i = need(m, "Result")[0]
    r = json.loads(m["events"][i]["data"][-1])
    shape_first(r["result"]).pop()
    m["events"][i]["data"] = [compact(r)]


# ---- setup


@mut("reject", "election title changed after the vote")
def setup_title(m):
    need(m, "Ballot")
    e = election(m)
    e["name"] += " (modified)"
    set_setup(m, 0, compact(e))


@mut("reject", "order of answers changed after the vote")
def setup_answers(m):
    homomorphic(m)
    need(m, "Ballot")
    e = election(m)
    e["questions"][0]["answers"].reverse()
    set_setup(m, 0, compact(e))


@mut("reject", "election public key is not the product of the trustees' keys")
def setup_public_key(m):
    e = election(m)
    t = json.loads(m["events"][0]["data"][1])
    for kind, x in t:
        k = x["public_key"] if kind == "Single" else x["verification_keys"][0]["public_key"]
        if k != e["public_key"]:
            e["public_key"] = k
            return set_setup(m, 0, compact(e))
    raise Skip


@mut("reject", "proof of knowledge of a trustee modified")
def setup_trustee_pok(m):
    t = json.loads(m["events"][0]["data"][1])
    kind, x = t[0]
    p = x["pok"] if kind == "Single" else x["verification_keys"][0]["pok"]
    p["response"] = str(int(p["response"]) + 1)
    set_setup(m, 1, compact(t))


def creds_mut(f):
    def g(m):
        set_setup(m, 2, compact(f(m, json.loads(m["events"][0]["data"][2]))))

    g.__name__ = f.__name__
    return g


@mut("reject", "credential of somebody who voted removed from the list")
@creds_mut
def creds_voter_removed(m, c):
    x = ballot(m, counted(m)[0])["credential"]
    return [y for y in c if y.split(",")[0] != x]


@mut("undetectable", "a credential is added (ballot stuffing prepared): list not bound by anything")
@creds_mut
def creds_added(m, c):
    w = ",1" if "," in c[0] else ""
    return c + [election(m)["public_key"] + w]


@mut("reject", "the same credential twice in the list")
@creds_mut
def creds_duplicate(m, c):
    return c + [c[0]]


@mut("reject", "weight of a voter changed after the tally")
@creds_mut
def creds_weight(m, c):
    need(m, "EncryptedTally")
    x = ballot(m, counted(m)[0])["credential"]
    return [y if y.split(",")[0] != x else x + ",7" for y in c]


# ---- mutants made on the raw tar

RAW = []


def raw(expect, why):
    def deco(f):
        RAW.append((f.__name__, f, expect, why))
        return f

    return deco


@raw("reject", "one byte of a ballot changed, names and chain kept")
def tar_ballot_byte(recs, b):
    for k, (n, d, t) in enumerate(recs):
        if d.startswith(b'{"election_uuid"'):
            x = bytearray(d)
            j = d.index(b'"challenge":"') + 14
            x[j] = ord("1") if x[j] != ord("1") else ord("2")
            recs[k] = (n, bytes(x), t)
            return tar_write(recs)
    raise Skip


@raw("reject", "event chain broken: parent of one event changed, names recomputed")
def tar_parent_broken(recs, b):
    k = [i for i, r in enumerate(recs) if r[0].endswith(".event.json")][-1]
    e = json.loads(recs[k][1])
    if "parent" not in e:
        raise Skip
    e["parent"] = "0" * 64
    d = compact(e)
    recs[k] = (sha(d) + ".event.json", d, recs[k][2])
    return tar_write(recs)


@raw("reject", "event JSON with a space, hashes recomputed for the last event only")
def tar_event_space(recs, b):
    k = [i for i, r in enumerate(recs) if r[0].endswith(".event.json")][-1]
    d = recs[k][1].replace(b",", b", ", 1)
    recs[k] = (sha(d) + ".event.json", d, recs[k][2])
    return tar_write(recs)


@raw("reject", "one event in the middle deleted, the rest kept")
def tar_event_deleted(recs, b):
    k = [i for i, r in enumerate(recs) if r[0].endswith(".event.json")]
    if len(k) < 3:
        raise Skip
    del recs[k[1]]
    return tar_write(recs)


@raw("reject", "unreferenced data record appended")
def tar_extra_record(recs, b):
    d = b'{"x":1}'
    return tar_write(recs + [(sha(d) + ".data.json", d, recs[0][2])])


@raw("reject", "file name of a data record is not its hash")
def tar_wrong_name(recs, b):
    for k, (n, d, t) in enumerate(recs):
        if d.startswith(b'{"election_uuid"'):
            recs[k] = ("0" * 64 + ".data.json", d, t)
            return tar_write(recs)
    raise Skip


@raw("reject", "mtime of one record changed")
def tar_mtime(recs, b):
    n, d, t = recs[2]
    recs[2] = (n, d, t + 1)
    return tar_write(recs)


@raw("reject", "mode 0600 in one header (checksum right)")
def tar_mode(recs, b):
    out = b""
    for k, (n, d, t) in enumerate(recs):
        out += tar_header(n, len(d), t, b"0000600" if k == 2 else b"0000644")
        out += d + b"\0" * (-len(d) % 512)
    return out


@raw("reject", "non-zero byte in the padding of a record")
def tar_padding(recs, b):
    pos = 0
    for n, d, t in recs:
        end = pos + 512 + len(d)
        pos = pos + 512 + (len(d) + 511) // 512 * 512
        if end < pos:
            x = bytearray(b)
            x[pos - 1] = 1
            return bytes(x)
    raise Skip


@raw("reject", "archive cut in the middle of the last data block (keeps no padding)")
def tar_truncated(recs, b):
    return b[: -(512 - len(recs[-1][1]) % 512)]


@raw("reject", "archive version 2")
def tar_version(recs, b):
    h = json.loads(recs[0][1])
    h["version"] = 2
    recs[0] = (recs[0][0], compact(h), recs[0][2])
    return tar_write(recs)


@raw("accept", "timestamp of the header as a number, not a string (3.x keeps it, 2.0 rewrites it)")
def tar_timestamp_int(recs, b):
    h = json.loads(recs[0][1])
    h["timestamp"] = int(h["timestamp"])
    recs[0] = (recs[0][0], compact(h), recs[0][2])
    return tar_write(recs)


def main(src, out):
    data = open(src, "rb").read()
    base = load(data)
    assert tar_write(records(base)) == data, "archive is not canonical"
    uuid = election(base)["uuid"]
    index = {}

    def put(name, content, expect, why):
        d = os.path.join(out, name)
        os.makedirs(d, exist_ok=True)
        with open(os.path.join(d, uuid + ".bel"), "wb") as f:
            f.write(content)
        index[name] = {"expect": expect, "why": why}

    for name, f, expect, why in MUT:
        m = copy.deepcopy(base)
        try:
            f(m)
        except Skip:
            continue
        put(name, tar_write(records(m)), expect, why)
    for name, f, expect, why in RAW:
        try:
            c = f(list(tar_read(data)), data)
        except Skip:
            continue
        put(name, c, expect, why)
    with open(os.path.join(out, "mutants.json"), "w") as f:
        json.dump(index, f, indent=1)
    print(len(index), "mutants")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
