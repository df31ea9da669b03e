"""A link over TLS: bound where the certificate is trusted and the host's, and not otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.channels.test_sms_smpp import PERSON, run, served, until
from tests.emulators.smsc import SHORT_CODE, USER, Smsc


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate of a host that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smsc of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{host}.pem", folder / f"{host}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret))
    return paths


@contextlib.asynccontextmanager
async def before(port: int, paths: tuple[Path, Path]) -> AsyncIterator[int]:
    """What takes TLS before the SMSC and passes on what is in it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while read := await reader.read(65536):
                writer.write(read)
                await writer.drain()
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(join, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    with Smsc(receipts="none") as made:
        yield made


@pytest.mark.parametrize(
    ("host", "trusts", "binds"),
    [("127.0.0.1", True, True), ("127.0.0.1", False, False), ("127.0.0.2", True, False)],
    ids=["trusted", "not trusted", "of another host"],
)
def test_link_is_bound_only_to_whom_is_trusted(
    smsc: Smsc, tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str, trusts: bool, binds: bool
) -> None:
    paths = certificate(tmp_path, host)

    async def work() -> None:
        async with before(smsc.port, paths) as port:
            url = f"smpps://{USER}@127.0.0.1:{port}?name=tls&sender={SHORT_CODE}{f'&ca={paths[0]}' if trusts else ''}"
            async with served(url, bound=False) as made:
                if binds:
                    await until(lambda: all(made.up.values()))
                    await made.send("Salam ə")
                else:
                    await asyncio.sleep(0.7)
                    assert not any(made.up.values())

    run(work())
    if binds:
        smsc.until(lambda: smsc.texts(PERSON) == ["Salam ə"])
    else:
        assert "SSLCertVerificationError" in capsys.readouterr().out
