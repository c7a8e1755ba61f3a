"""How a client reaches its server: encrypted, or on this machine."""

from __future__ import annotations

import ipaddress
import pathlib
from dataclasses import dataclass

import grpc


@dataclass(frozen=True)
class TLS:
    """PEM files: the authority that signed the server's certificate (None: those of the system), and, where the server asks
    for it, the client's own certificate with its key."""

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        def read(path: str | None) -> bytes | None:
            return None if path is None else pathlib.Path(path).read_bytes()

        return grpc.ssl_channel_credentials(read(self.ca), read(self.key), read(self.certificate))


def check(address: str, tls: TLS | None, plaintext: bool) -> None:
    """Leads and tokens go over the network encrypted, unless somebody says otherwise by name."""
    if tls is None and not plaintext and not is_loopback(address):
        raise ValueError(f"{address}: leads would go over the network unencrypted; give tls=TLS(…), or plaintext=True")
    if tls is not None and plaintext:
        raise ValueError("both tls and plaintext; want one of them")


def is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]") or address
    if host == "localhost" or address.startswith("unix:"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def metadata(token: str | None, request_id: str | None) -> list[tuple[str, str]]:
    pairs = []
    if token is not None:
        pairs.append(("authorization", f"Bearer {token}"))
    if request_id is not None:
        pairs.append(("x-request-id", request_id))
    return pairs


OPTIONS = [("grpc.max_receive_message_length", 64 << 20)]  # a thousand fully explained leads are some megabytes
