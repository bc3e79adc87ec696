"""Opens a slot file of version 1 without any code of Godwit, to show that the format
is what format.go, cost.go and slot.go say. Needs the package `cryptography` 44 or later.

    python3 read_slots.py v1.slots LOGIN PASSWORD
"""
import hashlib, hmac, struct, sys, unicodedata
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LABEL = b"godwit key slot 1"


def derive(salt, cost, kind, name, secret):
    memory, passes, lanes = cost
    mixed = hashlib.sha256(LABEL + salt + bytes([kind]) + name).digest()
    return Argon2id(salt=mixed, length=48, iterations=passes, lanes=lanes, memory_cost=memory).derive(secret)


def hchacha20(key, nonce):  # draft-irtf-cfrg-xchacha-03, section 2.2
    s = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            v = s[z] ^ s[x]
            s[z] = ((v << n) | (v >> (32 - n))) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *(s[:4] + s[12:]))


def xopen(key, nonce, sealed, bound):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).decrypt(bytes(4) + nonce[16:], sealed, bound)


def extract(salt, ikm):
    return hmac.new(salt or bytes(32), ikm, hashlib.sha256).digest()


def expand(prk, info, n):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def hpke_open(private, box, info):  # RFC 9180, base mode, sections 4.1 and 5.1
    enc, sealed = box[:32], box[32:]
    kem = b"KEM" + struct.pack(">H", 0x20)
    suite = b"HPKE" + struct.pack(">HHH", 0x20, 1, 3)

    def lextract(suite, salt, label, ikm):
        return extract(salt, b"HPKE-v1" + suite + label + ikm)

    def lexpand(suite, prk, label, info, n):
        return expand(prk, struct.pack(">H", n) + b"HPKE-v1" + suite + label + info, n)

    own = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    dh = private.exchange(X25519PublicKey.from_public_bytes(enc))
    shared = lexpand(kem, lextract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + own, 32)
    context = b"\x00" + lextract(suite, b"", b"psk_id_hash", b"") + lextract(suite, b"", b"info_hash", info)
    secret = lextract(suite, shared, b"secret", b"")
    key, nonce = lexpand(suite, secret, b"key", context, 32), lexpand(suite, secret, b"base_nonce", context, 12)
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, b"")


def main(path, login, password):
    raw = open(path, "rb").read()
    assert raw[:8] == b"GODWITKS" and struct.unpack(">H", raw[8:10])[0] == 1
    cost_bytes, generation, salt = raw[10:19], struct.unpack(">Q", raw[19:27])[0], raw[27:59]
    cost, count = struct.unpack(">IIB", cost_bytes), struct.unpack(">H", raw[59:61])[0]
    assert len(raw) == 61 + count * 339 + 64 and hashlib.sha256(raw[:-32]).digest() == raw[-32:]
    bound = lambda use, *parts: LABEL + b" " + use + b"\x00" + salt + cost_bytes + b"".join(parts)
    name = unicodedata.normalize("NFKC", login.strip()).casefold().encode()
    out = derive(salt, cost, 1, name, unicodedata.normalize("NFC", password).encode())
    tag, wrap = out[:16], out[16:]
    for i in range(count):
        slot = raw[61 + i * 339:61 + (i + 1) * 339]
        if slot[:16] != tag:
            continue
        private = X25519PrivateKey.from_private_bytes(xopen(wrap, slot[16:40], slot[40:88], bound(b"private", tag)))
        box = hpke_open(private, slot[88:201], bound(b"box", tag))
        data = box[1:33]
        sub = lambda use: HKDF(hashes.SHA256(), 32, salt, LABEL + b" " + use).derive(data)
        card = xopen(sub(b"card"), slot[201:225], slot[225:], bound(b"card", tag, slot[16:40], slot[40:88]))
        assert card[34:34 + card[33]] == name and card[32] == 1
        assert hmac.new(sub(b"seal"), raw[:-64], hashlib.sha256).digest() == raw[-64:-32]
        print("generation", generation, "rotating", bool(box[0]), "data key", data.hex())
        return
    sys.exit("refused")


if __name__ == "__main__":
    main(*sys.argv[1:4])
