#!/usr/bin/env python3
"""A second implementation, written from PROTOCOL.md alone, that replays runs.json
and returns.json.

It shows that the text and the vectors are enough. Only Python's standard
library is used, so the primitives are spelled out, slowly and not in constant
time: this is for checking, never for chatting. ML-KEM is left out: kemSS, ek
and ct are taken from the vector.

    python3 internal/seal/testdata/vectors/second.py
"""
import hashlib
import hmac
import json
import pathlib
import struct

P = b"tincan/v1 "


# --- PROTOCOL.md 1 ---------------------------------------------------------

def th(label, *parts):
    h = hashlib.sha256()
    for part in (P + label, *parts):
        h.update(struct.pack(">Q", len(part)) + part)
    return h.digest()


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def ext(salt, ikm):
    return mac(salt, ikm)


def exp(prk, label, ctx, n):
    info, out, block = P + label + b"\0" + ctx, b"", b""
    while len(out) < n:
        block = mac(prk, block + info + bytes([len(out) // 32 + 1]))
        out += block
    return out[:n]


Q = 2**255 - 19


def x25519(k, u):
    k = int.from_bytes(k, "little") & ~7 & ~(1 << 255) | 1 << 254
    x1 = int.from_bytes(u, "little") & ~(1 << 255)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % Q, x1 * (da - cb) ** 2 % Q
        x2, z2 = aa * bb % Q, e * (aa + 121665 * e) % Q
    if swap:
        x2, z2 = x3, z3
    out = x2 * pow(z2, Q - 2, Q) % Q
    assert out != 0, "a point of low order"
    return out.to_bytes(32, "little")


def rotate(x, n):
    x &= 0xFFFFFFFF
    return x << n & 0xFFFFFFFF | x >> 32 - n


def salsa_rounds(state):
    x = list(state)
    quarters = [(0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11), (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14)]
    for _ in range(10):
        for a, b, c, d in quarters:
            x[b] ^= rotate(x[a] + x[d], 7)
            x[c] ^= rotate(x[b] + x[a], 9)
            x[d] ^= rotate(x[c] + x[b], 13)
            x[a] ^= rotate(x[d] + x[c], 18)
    return x


def salsa_state(key, sixteen):
    s, k, n = struct.unpack("<4I", b"expand 32-byte k"), struct.unpack("<8I", key), struct.unpack("<4I", sixteen)
    return [s[0], *k[:4], s[1], *n, s[2], *k[4:], s[3]]


def xsalsa20(key, nonce, length):
    x = salsa_rounds(salsa_state(key, nonce[:16]))
    key = struct.pack("<8I", *(x[i] for i in (0, 5, 10, 15, 6, 7, 8, 9)))
    out = b""
    for block in range((length + 63) // 64):
        state = salsa_state(key, nonce[16:] + struct.pack("<Q", block))
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(salsa_rounds(state), state)))
    return out[:length]


def poly1305(key, message):
    r, s, h = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(key[16:], "little"), 0
    for i in range(0, len(message), 16):
        h = (h + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((h + s) % 2**128).to_bytes(16, "little")


def box(key, nonce, message):
    stream = xsalsa20(key, nonce, 32 + len(message))
    sealed = bytes(a ^ b for a, b in zip(message, stream[32:]))
    return poly1305(stream[:32], sealed) + sealed


D = -121665 * pow(121666, Q - 2, Q) % Q
L = 2**252 + 27742317777372353535851937790883648493


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % Q, (p[1] + p[0]) * (q[1] + q[0]) % Q
    c, d = 2 * p[3] * q[3] * D % Q, 2 * p[2] * q[2] % Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


BY = 4 * pow(5, Q - 2, Q) % Q
BX = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE = (BX, BY, 1, BX * BY % Q)


def times(n, p):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = add(out, p)
        p, n = add(p, p), n >> 1
    return out


def encode(p):
    z = pow(p[2], Q - 2, Q)
    x, y = p[0] * z % Q, p[1] * z % Q
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed25519(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ~7 & ~(1 << 255) | 1 << 254
    return a, h[32:], encode(times(a, BASE))


def sign(seed, message):
    def number(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")
    a, prefix, public = ed25519(seed)
    r = number(prefix, message) % L
    point = encode(times(r, BASE))
    s = (r + number(point, public, message) * a) % L
    return point + s.to_bytes(32, "little")


# --- PROTOCOL.md 2.3 and 4: padding ----------------------------------------

def pad(message, length):
    assert length > len(message)
    return message + b"\x80" + bytes(length - len(message) - 1)


def reply_length(n):
    return next(size for size in (128, 192, 256) if n < size)


def frame_length(n):
    length = n + 1
    if length <= 256:
        return 256
    e = length.bit_length() - 1
    unit = 1 << e - e.bit_length()  # S = floor(log2 E) + 1
    return -(-length // unit) * unit


# --- whole runs ------------------------------------------------------------

NINE = bytes([9]) + bytes(31)


def values(v):
    return {k: bytes.fromhex(x) for k, x in v.items() if isinstance(x, str) and k not in ("Name", "Run")}


def replay(v):
    get = values(v)
    checks = 0

    def same(name, made):
        nonlocal checks
        checks += 1
        assert get[name] == made, f"{v['Name']}: {name}: {made.hex()}"
        return made

    a, b = x25519(get["AgreementI"], NINE), x25519(get["AgreementJ"], NINE)
    invite, answer, secret = get["Invite"], get["Answer"], get["S"]
    assert invite[2:18] == secret and invite[18:50] == a
    same("Slot", exp(ext(P + b"slot", secret), b"slot-id", b"", 16))
    dh = same("DH", x25519(get["AgreementJ"], a))
    same("DH", x25519(get["AgreementI"], b))
    k_seal = same("KSeal", exp(ext(P + b"seal", dh + secret), b"seal-key", th(b"invite", invite, b), 32))
    reply = same("Reply", b"\xAD" + b + box(k_seal, bytes(24), pad(answer, reply_length(len(answer)))))

    ek, ct = get["M1"][:1184], get["M2"][:1088]
    v_i, v_j = ed25519(get["SigningI"])[2], ed25519(get["SigningJ"])[2]
    m1 = same("M1", ek + v_j + th(b"commit", get["NonceJ"]))
    h1 = same("H1", th(b"bootstrap", invite, reply, answer))
    opened = ct + get["NonceI"] + v_i
    t2 = same("T2", th(b"t2", h1, m1, opened))
    prk = same("PRK", ext(t2, get["KEMSecret"] + dh + secret))
    same("M2", opened + mac(exp(prk, b"confirm I", b"", 32), t2))
    t3 = same("T3", th(b"t3", t2, get["NonceJ"]))
    same("M3", get["NonceJ"] + mac(exp(prk, b"confirm J", b"", 32), t3))
    chain = {"I": same("ChainIJ", exp(prk, b"chain I>J", t3, 32)), "J": same("ChainJI", exp(prk, b"chain J>I", t3, 32))}
    sid = same("SID", exp(prk, b"sid", t3, 16))
    sas = same("SAS", exp(prk, b"sas", t3, 8))
    six = [int.from_bytes(sas[:5], "big") >> 34 - 6 * i & 63 for i in range(6)]
    assert v["Digits"] == ["%04d" % (64 * x + y) for x, y in zip(six[::2], six[1::2])]

    k_r = same("KR", exp(prk, b"relink", t3, 32))
    for l in v["Lines"]:
        card = {side: struct.pack(">I", l[side]) + bytes.fromhex(l["Card" + side]) for side in "IJ"}
        line = th(b"line", card["I"], card["J"])
        assert line.hex() == l["ID"], f"{v['Name']}: line"
        for direction, side in enumerate("IJ", 1):
            number = struct.pack(">Q", l["Next" + side])
            proof = mac(exp(k_r, b"proof", bytes([direction]), 32), line + number)
            assert (number + proof).hex() == l["Resume" + side], f"{v['Name']}: resume of {side}"
        checks += 3

    for r in v["Repairs"]:
        one = {k: bytes.fromhex(r[k]) for k in ("Card", "Sealed", "Repair", "Slot")}
        context = bytes([{"I": 1, "J": 2}[r["From"]]]) + struct.pack(">I", r["N"])
        told = struct.pack(">II", r["N"], r["Meets"]) + one["Card"]
        sealed = box(exp(k_r, b"card", context, 32), bytes(24), pad(told, reply_length(len(told))))
        made = {"Sealed": told, "Repair": one["Repair"][:1] + exp(k_r, b"tag", context, 32) + sealed, "Slot": exp(k_r, b"slot", context, 16)}
        for name, value in made.items():
            assert one[name] == value, f"{v['Name']}: {name} of {r['From']}'s repair {r['N']}"
        assert one["Repair"][0] == 0xA1 or one["Repair"][0] == 0x69 and r["Meets"]
        checks += 3

    parts, messages = {"I": b"", "J": b""}, {"I": 0, "J": 0}
    for f in v["Frames"]:
        side, n, body = f["From"], f["N"], bytes.fromhex(f["Body"])
        direction = bytes([{"I": 1, "J": 2}[side]])
        step = exp(chain[side], b"step", direction, 64)
        k, chain[side] = step[:32], step[32:]
        number = struct.pack(">Q", n)
        if body[0] == 2:
            parts[side] += body[1:]
        if body[0] == 1:
            message, messages[side], parts[side] = parts[side] + body[65:], messages[side] + 1, b""
            place = sid + direction + struct.pack(">Q", messages[side]) + body[:1]
            assert body[1:65] == sign(get["Signing" + side], th(b"message", place, message)), f"{v['Name']}: signature of frame {n} of {side}"
            checks += 1
        frame = box(k, direction + bytes(15) + number, pad(body, frame_length(len(body))))
        assert frame.hex() == f["Frame"], f"{v['Name']}: frame {n} of {side}"
        checks += 1
    return checks


# --- PROTOCOL.md 4.2: coming back ------------------------------------------

def back(v, run):
    get, checks = values(v), 0

    def same(name, made):
        nonlocal checks
        checks += 1
        assert get[name] == made, f"{v['Name']}: {name}: {made.hex()}"
        return made

    ticket = exp(bytes.fromhex(run["PRK"]), b"ticket", bytes.fromhex(run["T3"]), 32)
    told = {}
    for direction, side in enumerate("IJ", 1):
        context = bytes([direction])
        x, plain = x25519(get["Agreement" + side], NINE), get["Names" + side] + get["Card" + side]
        told[side] = x + box(exp(ticket, b"box", context + x, 32), bytes(24), pad(plain, reply_length(len(plain))))
        same("Return" + side, (b"\x69" if any(get["Names" + side]) else b"\xA1") + told[side])
        same("Claim" + side, exp(ticket, b"claim", context, 16))
        for k, slot in enumerate(v["Slots" + side]):
            assert slot == exp(ticket, b"slot", context + struct.pack(">I", k), 16).hex(), f"{v['Name']}: slot {k} of {side}"
            checks += 1

    dh = same("DH", x25519(get["AgreementI"], told["J"][:32]))
    secret = same("S", exp(ticket, b"next S", b"", 16))
    v_i, v_j = ed25519(get["SigningI"])[2], ed25519(get["SigningJ"])[2]
    m1 = same("M1", get["M1"][:1184] + v_j + th(b"commit", get["NonceJ"]))
    h1 = same("H1", th(b"again", told["I"], told["J"]))
    opened = get["M2"][:1088] + get["NonceI"] + v_i
    t2 = same("T2", th(b"t2", h1, m1, opened))
    prk = same("PRK", ext(t2, get["KEMSecret"] + dh + secret))
    same("M2", opened + mac(exp(prk, b"confirm I", b"", 32), t2))
    t3 = same("T3", th(b"t3", t2, get["NonceJ"]))
    same("M3", get["NonceJ"] + mac(exp(prk, b"confirm J", b"", 32), t3))
    for name, label, length in ("ChainIJ", b"chain I>J", 32), ("ChainJI", b"chain J>I", 32), ("SID", b"sid", 16), ("SAS", b"sas", 8), ("KR", b"relink", 32), ("Ticket", b"ticket", 32):
        same(name, exp(prk, label, t3, length))
    return checks


# --- PROTOCOL.md 4.3: files -------------------------------------------------

def file(v):
    checks = 0
    for kind, name in (1, "Parts"), (2, "Stored"):
        number = struct.pack(">QI", v["ID"], v["Attempt"])
        key = exp(bytes.fromhex(v["K"]), b"file", bytes([kind, v["Dir"]]) + number, 32)
        for n, m in enumerate(v[name]):
            message = bytes([kind]) + number + box(key, bytes(16) + struct.pack(">Q", n), bytes.fromhex(m["Plain"]))
            assert message.hex() == m["Message"], f"{v['Name']}: {name} {n}"
            checks += 1
    return checks


if __name__ == "__main__":
    def read(name):
        return json.loads((pathlib.Path(__file__).parent / name).read_text())
    runs, returns, files = read("runs.json"), read("returns.json"), read("../../../files/testdata/vectors/files.json")
    checks = sum(map(replay, runs)) + sum(back(v, next(r for r in runs if r["Name"] == v["Run"])) for v in returns)
    checks += sum(map(file, files))
    print(f"{len(runs)} runs, {len(returns)} that come back, {len(files)} files, {checks} values, all equal")
