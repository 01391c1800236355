#!/usr/bin/env python3
"""The ratios that DESIGN sets for the policy, from lines of name<TAB>rate. usage: ratios.py RATES"""
import sys

rates = {}
for line in open(sys.argv[1], encoding="utf-8"):
    name, rate = line.rstrip("\n").split("\t")
    rates[name] = float(rate)
print(f"{'table look-up':58} {rates['table look-up, ready facts'] / 1e6:8.1f} million/s (at least 20)")
for ours in ("JSON -> JSON, strict flat reader", "JSON -> JSON, jansson"):
    for peer, least in (("cedar-wasm, JSON in and out", 100), ("casbin, JSON in and out", None),
                        ("postgresql, one prepared query", 50), ("casl, ready-made objects", 1)):
        if peer in rates:
            bound = f"(at least {least})" if least else ""
            print(f"{ours + ' / ' + peer.split(',')[0]:58} {rates[ours] / rates[peer]:8.2f} {bound}")
