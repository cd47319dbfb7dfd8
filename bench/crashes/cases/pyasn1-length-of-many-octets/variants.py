from pyasn1.codec.ber import decoder
from pyasn1.codec.der import decoder as der
from pyasn1.type import univ


def decoded(text, codec=decoder, **options):
    def decode():
        value, rest = codec.decode(bytes.fromhex(text), **options)
        return [value.prettyPrint(), rest.hex()]

    return decode


VARIANTS = [
    decoded("0489" + "ff" * 9 + "61"),
    decoded("0290" + "ff" * 16 + "01", der, asn1Spec=univ.Integer()),
    decoded("0488" + "00" * 7 + "01" + "61"),
    decoded("048201f4" + "61"),
    decoded("04036162630500"),
    decoded("3003020105", der),
]
