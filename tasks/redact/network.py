"""Addresses of machines, which lead to whoever sat before them.

Loopback, unspecified, broadcast and netmask addresses and public name servers are the same for
everybody and stay; so do version numbers, which are written alike. Private ranges and ranges
reserved for documentation go: in a log or a ticket they stand for a person's machine.
"""

import ipaddress
import re

from tasks.redact.rule import Rule, before

V4 = r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)"
V6 = r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:]|\.\w)"
MAC = r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])"
NAME_SERVERS = ("8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "208.67.222.222",
                "208.67.220.220")  # fmt: skip
VERSION = re.compile(
    r"(?:\b(?:ec|oracle|firefox|chrome|safari|opera|windows|ios|android|java|jdk|python|kernel|linux"
    r"|mysql|openssl|firmware|clause|article|paragraph|item|update|patch|driver)|\bv|\bver\.?|versions?|release|build|section|chapter|table|figure|fig\.?|§|rfc|[=<>~^]=?|\w/)\s?$"
    r"|\bversions? [\d.]{3,16} (?:to|and|or|through|-) $"
)
SPEAKS_OF_IP = re.compile(r"\bip\b|address|host|server|login|logged|ping|from|subnet|gateway")


def _v4(match: re.Match[str]) -> bool:
    try:
        address = ipaddress.IPv4Address(match[0])
    except ValueError:
        return False
    first = int(match[0].partition(".")[0])  # 0: unspecified and wildcards; from 224: masks
    shared = address.is_loopback or first == 0 or first >= 224 or match[0] in NAME_SERVERS
    context = before(match, 36)
    small = all(int(part) < 10 for part in match[0].split("."))
    return not (shared or VERSION.search(context) or (small and not SPEAKS_OF_IP.search(context)))


def _v6(match: re.Match[str]) -> bool:
    """`std::hex` and `12:30:45` are written alike, so two filled groups and a digit are needed."""
    try:
        address = ipaddress.IPv6Address(match[0])
    except ValueError:
        return False
    filled = [group for group in match[0].split(":") if group]
    has_digit = bool(filled) and any(c.isdigit() for c in filled[0])
    # a[1::20] is a slice: small numbers alone, or an index
    slices = all(group.isdigit() and len(group) < 3 for group in filled) or re.search(
        r"\w\[$", before(match, 2)
    )
    real = len(filled) >= 2 and has_digit and not (slices and len(filled) < 4)
    return real and not (address.is_loopback or address.is_unspecified)


def _mac(match: re.Match[str]) -> bool:
    return len(set(re.split("[:-]", match[0].lower()))) > 1


RULES = (
    Rule("IP_ADDRESS", re.compile(V4), check=_v4, shapes=("0.0",)),
    Rule("IP_ADDRESS", re.compile(V6), (":",), check=_v6),
    Rule("MAC_ADDRESS", re.compile(MAC), (":", "-"), check=_mac),
)
