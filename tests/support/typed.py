"""`scrapy …` typed in a shell, by the fork server whose socket this process was given as its first word says.

As a script that imports little: it is there so that an interpreter starts in hundredths of a second.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    replies, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = {"words": sys.argv[2:], "now": None, "environment": dict(os.environ), "folder": os.getcwd()}  # noqa: PTH109
    with theirs, socket.socket(fileno=int(sys.argv[1])) as server:
        socket.send_fds(server, [json.dumps(request).encode()], [1, 2, theirs.fileno()])
    replies.recv(64)  # its process id
    code = int(replies.recv(64).split()[0])
    sys.exit(code if code >= 0 else 128 - code)
