#!/usr/bin/env python3
"""Exit status 0 when the port of 127.0.0.1 can be listened at; else says why not. usage: free.py PORT"""
import socket
import sys

try:
    socket.create_server(("127.0.0.1", int(sys.argv[1]))).close()
except OSError as error:
    sys.exit(error.strerror)
