from natsort import natsorted, ns


def trigger():
    listing = ["./10.txt", ".", "./2.txt"]
    return natsorted(listing, alg=ns.PATH)
