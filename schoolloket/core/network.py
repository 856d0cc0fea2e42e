"""What is counted as one address, wherever something is limited by address."""

import ipaddress


def network_of(ip_address: str) -> str:
    """Return an IPv4 address as it is, and the /64 of an IPv6 address.

    A home or a server has a whole /64 (RFC 6177), so single addresses of it cost nothing. An IPv4
    address that is mapped into IPv6 is that IPv4 address; what is no address stays as it is.
    """
    try:
        address = ipaddress.ip_address(ip_address)
    except ValueError:
        return ip_address

    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
