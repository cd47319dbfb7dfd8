from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error


def trigger():
    received = bytes.fromhex("048c" + "ff" * 12) + b"serial"
    try:
        return decoder.decode(received)[0].prettyPrint()
    except PyAsn1Error:
        return None
