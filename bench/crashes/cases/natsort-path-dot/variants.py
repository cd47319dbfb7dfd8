from natsort import natsorted, ns

VARIANTS = [
    lambda: natsorted(["b", "."], alg=ns.PATH),
    lambda: natsorted(["", "a"], alg=ns.PATH),
    lambda: natsorted(["/", "/a"], alg=ns.PATH),
    lambda: natsorted(["a10.txt", "a2.txt"], alg=ns.PATH),
    lambda: natsorted([".", "a"]),
]
