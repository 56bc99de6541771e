"""TLS of the PostgreSQL wire, from the files that the other ways in use."""

import ssl


def tls_of(certificate: str, key: str, clients: str = "") -> ssl.SSLContext:
    """What a connection is encrypted with. With `clients`, only those with a certificate of that authority get in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["postgresql"])
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients)
    return context
