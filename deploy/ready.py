#!/usr/bin/env python3
"""Exit status 0 when the address answers 200. usage: ready.py URL"""
import sys
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
sys.exit(0 if opener.open(sys.argv[1], timeout=5).status == 200 else 1)
