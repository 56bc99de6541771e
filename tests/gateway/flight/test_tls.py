"""Certificates: the server's own, and those of clients."""

import datetime as dt
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow.flight as fl
import pytest
from adbc_driver_flightsql import dbapi as driver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hansa.gateway.flight import Tls

dbapi: Any = driver


@dataclass
class Authority:
    """Signs certificates for 127.0.0.1."""

    name: str

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed(self.name, self.key, authority=True)

    def issued(self, name: str) -> tuple[bytes, bytes]:
        """Certificate and key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        kept = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self._signed(name, key, authority=False), kept

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> bytes:
        subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, self.name))
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("ours")


def _ask(port: int, **options: str) -> list[tuple[Any, ...]]:
    given = {"adbc.flight.sql.authorization_header": "Bearer token-anna"}
    given |= {f"adbc.flight.sql.client_option.{k}": v for k, v in options.items()}
    with (
        dbapi.connect(f"grpc+tls://127.0.0.1:{port}", given, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def test_a_client_that_trusts_the_authority_reads(serve: Callable[..., Any], authority: Authority) -> None:
    with serve(tls=Tls(*authority.issued("server"))) as served:
        assert _ask(served.server.port, tls_root_certs=authority.certificate.decode()) == [(1,)]


def test_one_that_trusts_another_authority_or_none_does_not(serve: Callable[..., Any], authority: Authority) -> None:
    with serve(tls=Tls(*authority.issued("server"))) as served:
        for options in ({"tls_root_certs": Authority("theirs").certificate.decode()}, {}):
            with pytest.raises(dbapi.Error):
                _ask(served.server.port, **options)
        plain = fl.connect(f"grpc://127.0.0.1:{served.server.port}")
        with pytest.raises(fl.FlightUnavailableError):
            list(plain.list_flights(options=fl.FlightCallOptions(timeout=5)))
    assert served.people.asked == 0, "no credential left a client that could not trust the server"


def test_clients_show_a_certificate_where_that_is_wanted(serve: Callable[..., Any], authority: Authority) -> None:
    tls = Tls(*authority.issued("server"), clients=authority.certificate)
    certificate, key = (pem.decode() for pem in authority.issued("anna"))
    stranger, strange_key = (pem.decode() for pem in Authority("theirs").issued("anna"))
    trust = {"tls_root_certs": authority.certificate.decode()}
    with serve(tls=tls) as served:
        assert _ask(served.server.port, **trust, mtls_cert_chain=certificate, mtls_private_key=key) == [(1,)]
        with pytest.raises(dbapi.Error):
            _ask(served.server.port, **trust)
        with pytest.raises(dbapi.Error):
            _ask(served.server.port, **trust, mtls_cert_chain=stranger, mtls_private_key=strange_key)
