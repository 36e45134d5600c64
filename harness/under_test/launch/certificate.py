"""A certificate made on the spot, by which a server can be asked over TLS on this machine."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.process.folders import temporary_folder


@dataclass(frozen=True)
class Certificate:
    """Files of a certificate and its key, and the certificate of the authority that issued it (PEM)."""

    chain: Path
    key: Path
    authority: bytes

    def options(self, names: tuple[str, str] | None) -> list[str]:
        """How a server with these options for certificate and key is started."""
        assert names is not None, "asked of a server that declares its options"
        return [names[0], str(self.chain), names[1], str(self.key)]

    def context(self, *protocols: str) -> ssl.SSLContext:
        """What a client trusts: this authority alone. `protocols`: those it offers (ALPN, RFC 7301)."""
        context = ssl.create_default_context(cadata=self.authority.decode("ascii"))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context


@contextmanager
def certificate_for(host: str) -> Iterator[Certificate]:
    """A certificate for an address, and an authority of its own that nobody else trusts; its files are removed at the
    end of the with-block."""
    import trustme  # noqa: PLC0415 - no other start of a server needs its cryptography

    authority = trustme.CA()
    issued = authority.issue_cert(host)
    with temporary_folder("certificate") as folder:
        chain, key = folder / "chain.pem", folder / "key.pem"
        for number, part in enumerate(issued.cert_chain_pems):
            part.write_to_path(chain, append=number > 0)
        issued.private_key_pem.write_to_path(key)
        yield Certificate(chain, key, authority.cert_pem.bytes())
