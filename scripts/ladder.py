#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""ladder.py FILE...: what both partners sent and got, merged by time.

Each FILE holds the JSON lines of `sipfed-lab --ladder`. What one partner sent
stands on its side with an arrow toward sipfed; what it got, away from it.
"""
import json
import sys

WIDTH = 46


def rows(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            found += [json.loads(line) for line in lines if line.strip()]
    return sorted(found, key=lambda r: r["time"])


def text(row):
    first = row.get("first") or row.get("first_line") or row.get("line") or ""
    return first.replace(" SIP/2.0", "")[:WIDTH - 8]


def main():
    print("%-*s%-10s%s" % (WIDTH, "IM and Presence node", "sipfed",
                           "Access Edge"))
    for row in rows(sys.argv[1:]):
        sent = row["dir"] in ("sent", "out", "->", ">", "send")
        if row["who"] == "imp":
            arrow = "--->" if sent else "<---"
            print("%-*s %s |" % (WIDTH - 6, text(row), arrow))
        else:
            arrow = "<---" if sent else "--->"
            print("%*s| %s %s" % (WIDTH, "", arrow, text(row)))


if __name__ == "__main__":
    main()
