"""With a certificate made for the occasion, so that no key lies beside the case."""

import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from warehouse.main import create_app

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "carrier")])
certificate = (
    x509.CertificateBuilder()
    .subject_name(name)
    .issuer_name(name)
    .public_key(key.public_key())
    .serial_number(17)
    .not_valid_before(datetime.datetime(2024, 1, 1))
    .not_valid_after(datetime.datetime(2025, 1, 1))
    .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    .sign(key, hashes.SHA256())
)
pem = serialization.Encoding.PEM
Path("carrier.pem").write_bytes(certificate.public_bytes(pem))
plain = serialization.NoEncryption()
Path("carrier.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("carrier.pem", "carrier.key")
server = socket.create_server(("127.0.0.1", 0))


def greet():
    try:
        context.wrap_socket(server.accept()[0], server_side=True)
    except ssl.SSLError:
        return  # the client hangs up, as it should


threading.Thread(target=greet, daemon=True).start()
url = f"https://127.0.0.1:{server.getsockname()[1]}"
settings = {"carrier": {"url": url, "token": "sample", "verify": "carrier.pem"}}
TestClient(create_app(settings), raise_server_exceptions=False).post("/parcels", json={"reference": "R-17", "to": "Sample Street 1", "lines": [{"sku": "mug", "pieces": 2, "grams_each": 300}]})
