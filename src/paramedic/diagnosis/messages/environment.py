"""What the surroundings did: network, time limits, memory, files, cancellation."""

from __future__ import annotations

from paramedic.diagnosis.reading import Site, rules
from paramedic.model.diagnosis import Family

_NETWORK = (
    "ConnectionError ConnectionRefusedError ConnectionResetError ConnectionAbortedError BrokenPipeError gaierror herror SSLError "
    "SSLCertVerificationError SSLEOFError MaxRetryError NewConnectionError ProtocolError RemoteDisconnected IncompleteRead "
    "IncompleteReadError ProxyError "
    "ClientConnectorError ClientConnectionError ClientOSError ServerDisconnectedError ConnectError ReadError WriteError "
    "RemoteProtocolError NetworkError EndpointConnectionError ChunkedEncodingError NameResolutionError URLError BadStatusLine "
    "InterfaceError ServerSelectionTimeoutError AutoReconnect BrokerUnavailable NoBrokersAvailable CommunicationError"
)
_TIMEOUT = (
    "TimeoutError Timeout timeout ReadTimeout ConnectTimeout ConnectTimeoutError ReadTimeoutError WriteTimeout PoolTimeout "
    "ServerTimeoutError SoftTimeLimitExceeded TimeLimitExceeded QueryCanceled QueryCanceledError DeadlineExceeded LockTimeout "
    "TimeoutExpired ConnectionTimeout WorkerTimeout"
)
_FILES = (
    "FileNotFoundError PermissionError IsADirectoryError NotADirectoryError FileExistsError OSError IOError BlockingIOError "
    "InterruptedError EnvironmentError"
)

RULES = (
    *rules("MemoryError", (r"", Family.MEMORY, Site.ANY)),
    *rules(
        "KeyboardInterrupt SystemExit CancelledError GeneratorExit TaskRevokedError WorkerShutdown WorkerTerminate",
        (r"", Family.CANCELLED, Site.ANY),
    ),
    *rules(_TIMEOUT, (r"", Family.TIMEOUT, Site.ANY)),
    *rules(
        "OSError IOError",
        (r"\[Errno (?:12)\]", Family.MEMORY, Site.ANY),
        (r"\[Errno (?:32|10[0-9]|11[0-3]|-[2-5])\]", Family.NETWORK, Site.ANY),
    ),
    *rules(_NETWORK, (r"timed? ?out", Family.TIMEOUT, Site.ANY), (r"", Family.NETWORK, Site.ANY)),
    *rules(
        _FILES,
        (r"\[Errno (?P<count>\d+)\][^:]*(?:: (?P<value>.*))?$", Family.FILE_SYSTEM, Site.ARGUMENT),
        (r"", Family.FILE_SYSTEM, Site.ARGUMENT),
    ),
)
