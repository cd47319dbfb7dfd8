"""Names of the standard library's callables, by what they do with their arguments."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The set of the words of ``text``."""
    return frozenset(text.split())


ITERATING = words("""
    list tuple set frozenset dict sorted enumerate zip map filter sum min max any all reversed iter join extend update union
    intersection difference symmetric_difference issubset issuperset isdisjoint chain from_iterable Counter OrderedDict
    defaultdict deque fromkeys extendleft islice groupby product combinations permutations starmap reduce writelines
    difference_update intersection_update next array asarray DataFrame gather executemany bytes bytearray
""")
ORDERING = words("""
    sorted min max sort bisect insort heappush heappop heapify nlargest nsmallest bisect_left bisect_right insort_left
    insort_right
""")
HASHING = words("""
    set frozenset dict add get setdefault pop discard remove update hash Counter fromkeys issubset union unique
""")
DIVIDING = words("divmod fmod mean log pow remainder Fraction")
READ_FROM_RECEIVER = words("decode encode get read format splitlines strip split group isoformat")
"""Methods whose receiver, more than their arguments, is what may be wrong."""
WITHOUT_FRAMES = (
    ITERATING
    | ORDERING
    | words("""
    int float str bytes bool complex len abs round chr ord repr hash isinstance issubclass range slice divmod pow open print
    encode decode index find remove pop append insert strptime fromisoformat fromtimestamp utcfromtimestamp timedelta datetime
    date time Decimal Fraction UUID loads load dumps dump unpack pack unpack_from b64decode a2b_base64 unhexlify fromhex match
    search sub fullmatch compile finditer findall write read replace startswith endswith getattr setattr super vars type
    mktime localtime gmtime strftime quantize to_bytes from_bytes sqrt log exp ceil floor factorial normalize eval exec
""")
)
"""Callables written in C: what they raise shows no frame of its own."""
ADDING = words("sum reduce accumulate prod fsum mean add") | ORDERING
FORMATTING = words("format format_map vformat strftime Template")
SAME_CALL = {
    "json": "loads",
    "load": "loads",
    "date": "datetime",
    "time": "datetime",
    "replace": "datetime",
    "combine": "datetime",
    "open": "decode",
    "read": "decode",
    "readlines": "decode",
    "write": "encode",
    "print": "encode",
    "str": "decode",
    "bytes": "encode",
}
"""Callables that fail with the message of another one, which they call inside."""
