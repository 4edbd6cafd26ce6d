"""Stand-ins for addresses of machines, from the ranges kept for documentation.

IPv4: the three TEST-NETs (RFC 5737); a log with more machines than they hold goes on in the range
for benchmarks (RFC 2544). IPv6: 2001:db8::/32 (RFC 3849). MAC: 00-00-5E-00-53-xx (RFC 7042).
"""

import ipaddress

from tasks.redact.standin.draw import Draw, compact, fill, seal

NETS = ("192.0.2", "198.51.100", "203.0.113")
CROWDED = 6  # attempts that failed before the larger range is used
RARE, COMMON, FEW = 128, 32, 4  # of so many addresses of a range one is a stand-in
SHORT = 20  # characters of an IPv6 address with one group of its own
MAC = "00005e0053"


def address(value: str, draw: Draw) -> str:
    """An address of the same version that no machine has."""
    while True:
        found = _v6(value, draw) if ":" in value else _v4(draw)
        if knows_address(found):
            return found


def _v4(draw: Draw) -> str:
    if draw.attempt < CROWDED:
        return f"{draw.of(NETS)}.{1 + draw.below(254)}"
    return f"198.{18 + draw.below(2)}.{draw.below(256)}.{1 + draw.below(254)}"


def _v6(value: str, draw: Draw) -> str:
    groups = [f"{0x1000 + draw.below(0xF000):x}" for _ in range(1 if len(value) <= SHORT else 4)]
    if len(groups) == 1:
        return f"2001:db8::{groups[0]}"
    return f"2001:db8:{groups[0]}:{groups[1]}::{groups[2]}:{groups[3]}"


def knows_address(value: str) -> bool:
    """Whether `value` is a stand-in for an IP address."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return False
    text = found.exploded
    if text.startswith(tuple(f"{net}." for net in NETS)):
        return seal("ip", text) % COMMON == 0
    return text.startswith(("198.18.", "198.19.", "2001:0db8:")) and seal("ip", text) % RARE == 0


def mac(value: str, draw: Draw) -> str:
    """A MAC address for documentation."""
    while True:
        found = f"{MAC}{draw.below(256):02x}"
        if knows_mac(found):
            return fill(value, found if value == value.lower() else found.upper())


def knows_mac(value: str) -> bool:
    """Whether `value` is a stand-in for a MAC address."""
    signs = compact(value).lower()
    return signs.startswith(MAC) and seal("mac", signs) % FEW == 0
